import Glibc

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

  /// The path from the root of the file system, which means the same from every working folder.
  ///
  /// - Parameter path: The path, from the root or from the working folder.
  /// - Returns: The path from the root; parts such as ".." stay in it.
  package static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
    defer { free(folder) }
    return "\(String(cString: folder))/\(path)"
  }

  /// The last part of a path. Slashes at its end, as a folder's may have, do not count.
  ///
  /// - Parameter path: The path.
  /// - Returns: The name of the file or folder; where there is none, as of the root, the path itself.
  package static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// What a file's name has after its last dot.
  ///
  /// - Parameter path: The file's path.
  /// - Returns: The ending, without the dot; empty if there is none, or no name before it.
  package static func ending(of path: String) -> String {
    let name = name(of: path)
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return String(name[name.index(after: dot)...])
  }

  /// The path of a file whose name has more in it before its ending, as `a/b-2.svg` of `a/b.svg`.
  ///
  /// - Parameters:
  ///   - text: What comes before the ending and its dot, at the end of a name without ending.
  ///   - path: The path of the file without it.
  /// - Returns: The path.
  package static func inserting(_ text: String, beforeEndingOf path: String) -> String {
    let ending = ending(of: path)
    guard !ending.isEmpty, let dot = path.lastIndex(of: ".") else { return path + text }
    return "\(path[..<dot])\(text).\(ending)"
  }
}
