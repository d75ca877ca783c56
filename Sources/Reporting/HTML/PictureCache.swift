import Foundation
import SystemFiles

/// The pictures of a page that is written again and again: those whose files have not changed are not drawn again.
public final class PictureCache {
  private struct Key: Hashable {
    let name: String
    let sources: [String]
  }

  private struct Entry {
    let stamps: [FileStamp?]
    let pictures: [String]
  }

  private var entries: [Key: Entry] = [:]

  /// A cache without pictures.
  public init() {}

  /// The SVG files of a figure, drawn if need be.
  func pictures(of figure: Figure) throws -> [String] {
    let key = Key(name: figure.name, sources: figure.sources)
    // Before it is drawn, so that what changes meanwhile is drawn the next time.
    let stamps = figure.sources.map { FileStamp($0) }
    if !figure.sources.isEmpty, let entry = entries[key], entry.stamps == stamps { return entry.pictures }
    let folder = FileManager.default.temporaryDirectory.appending(path: "pdeop-\(UUID().uuidString)").path
    try Folder.make(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let pictures = try figure.draw("\(folder)/\(figure.name).svg")
      .map { try String(contentsOfFile: $0, encoding: .utf8) }
    entries[key] = Entry(stamps: stamps, pictures: pictures)
    return pictures
  }
}
