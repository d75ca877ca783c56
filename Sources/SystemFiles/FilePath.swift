/// Parts of a file's path. (Foundation's own way to them ends the process for some paths of one letter.)
package enum FilePath {
  /// The folder that a file is in: "." for one of the working folder.
  ///
  /// - Parameter path: The file's path.
  /// - Returns: The folder, without a slash at its end but for the root.
  package static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The path of another file in the folder of a file.
  ///
  /// - Parameters:
  ///   - path: The file's path.
  ///   - name: The other file's name.
  /// - Returns: The other file's path, relative if the first one is.
  package static func sibling(of path: String, named name: String) -> String {
    guard let slash = path.lastIndex(of: "/"), !name.hasPrefix("/") else { return name }
    return String(path[...slash]) + name
  }

  /// The last part of a path.
  ///
  /// - Parameter path: The path.
  /// - Returns: What follows the last slash.
  package static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }
}
