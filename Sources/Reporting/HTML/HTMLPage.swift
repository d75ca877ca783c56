public import Foundation

/// A page that holds everything it shows: it opens without a network, on a telephone, and in darkness.
public struct HTMLPage {
  private let title: String
  private var body = ""
  private var pictures = 0
  /// Why the first of the figures that are left out could not be drawn.
  private var failure: (any Error)?
  private let cache: PictureCache
  /// After how many seconds a browser is to read the page again; nil for a page that does not change any more.
  private var refresh: Int?

  /// A page with a heading.
  ///
  /// - Parameters:
  ///   - title: The heading.
  ///   - cache: The pictures of the page as it was before, which are kept where nothing has changed.
  public init(title: String, cache: PictureCache = PictureCache()) {
    self.title = title
    self.cache = cache
  }

  /// Has browsers read the page again, and says so at its top.
  ///
  /// - Parameters:
  ///   - seconds: After how many seconds.
  ///   - now: When the page was written.
  public mutating func refresh(every seconds: Int, writtenAt now: Date) {
    refresh = seconds
    let time = now.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: false))
    body =
      "<p class=\"faint\">Training goes on; written at \(HTMLText.escaped(time)) UTC, read again every \(seconds) s.</p>\n"
      + body
  }

  /// Adds a heading of a part.
  mutating func add(heading: String) {
    body += "<h2>\(HTMLText.escaped(heading))</h2>\n"
  }

  /// Adds a paragraph.
  mutating func add(paragraph: String) {
    body += "<p>\(HTMLText.escaped(paragraph))</p>\n"
  }

  /// Adds a table.
  mutating func add(_ table: TextTable) {
    func row(_ cells: [String], _ tag: String) -> String {
      let cells = cells.enumerated().map { column, cell in
        let kind = table.words.contains(column) ? "" : " class=\"number\""
        return "<\(tag)\(kind)>\(HTMLText.escaped(cell))</\(tag)>"
      }
      return "<tr>\(cells.joined())</tr>\n"
    }
    let rows = table.rows.dropFirst().map { row($0, "td") }.joined()
    body += """
      <div class="wide" tabindex="0"><table\(table.rows[0].count > 10 ? " class=\"dense\"" : "")>
      <thead>\(row(table.rows[0], "th"))</thead>
      <tbody>\(rows)</tbody>
      </table></div>

      """
  }

  /// Adds lines that keep their form, folded away.
  mutating func add(_ text: String, summary: String) {
    body +=
      "<details><summary>\(HTMLText.escaped(summary))</summary><pre>\(HTMLText.escaped(text))</pre></details>\n"
  }

  /// Draws a figure and adds it.
  ///
  /// - Parameter figure: The figure.
  /// - Throws: If it cannot be drawn.
  mutating func add(_ figure: Figure) throws {
    for (index, text) in try cache.pictures(of: figure).enumerated() {
      pictures += 1
      let picture = InlineVectorGraphics(text, prefix: "p\(pictures)-", label: figure.caption)
      let caption = index == 0 ? "<figcaption>\(HTMLText.escaped(figure.caption))</figcaption>" : ""
      body += "<figure><div class=\"wide\" tabindex=\"0\">\(picture.markup)</div>\(caption)</figure>\n"
    }
  }

  /// Draws figures and adds them, without those that cannot be drawn; the page says which and why.
  ///
  /// - Parameter figures: The figures.
  /// - Throws: What would keep any figure from being drawn.
  mutating func addWhatCanBeDrawn(of figures: [Figure]) throws {
    var omissions: [(reason: String, names: [String])] = []
    for figure in figures {
      do {
        try add(figure)
      } catch {
        if let error = error as? PlotError, error.isOfMachine { throw error }
        failure = failure ?? error
        let reason = RunComparison.reason(of: error)
        if let place = omissions.firstIndex(where: { $0.reason == reason }) {
          omissions[place].names.append(figure.name)
        } else {
          omissions.append((reason, [figure.name]))
        }
      }
    }
    for omission in omissions {
      add(paragraph: "Left out: \(omission.names.joined(separator: ", ")). \(omission.reason)")
    }
  }

  /// Checks that figures are left out beside others, and not all of them.
  ///
  /// - Throws: Why the first could not be drawn, if none could.
  func requireFigures() throws {
    if pictures == 0, let failure { throw failure }
  }

  /// The whole page.
  public var text: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    \(refresh.map { "<meta http-equiv=\"refresh\" content=\"\($0)\">\n" } ?? "")\
    <title>\(HTMLText.escaped(title))</title>
    <style>
    :root { --ground: #ffffff; --text: #1b1b1f; --faint: #5c5c66; --line: #dcdce2; --head: #f3f3f6; }
    @media (prefers-color-scheme: dark) {
      :root { --ground: #17181c; --text: #e6e6ea; --faint: #a2a2ad; --line: #3a3b42; --head: #22232a; }
    }
    body { background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif; margin: 0 auto;
      max-width: 75rem; padding: 1rem; overflow-wrap: anywhere; }
    h1 { font-size: 1.5rem; line-height: 1.2; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
    p, figcaption { max-width: 48rem; } figcaption, .faint { color: var(--faint); font-size: 0.9rem; }
    .wide { overflow-x: auto; padding-bottom: 0.6rem; } figure { margin: 1.5rem 0; }
    svg { color: var(--text); display: block; height: auto; width: 100%; }
    svg .ground { color: var(--ground); } svg image { image-rendering: pixelated; }
    table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
    th, td { border-bottom: 1px solid var(--line); padding: 0.3rem 0.5rem; text-align: left; }
    th { background: var(--head); vertical-align: bottom; } .number { text-align: right; }
    td.number, td:first-child { white-space: nowrap; }
    .dense { font-size: 0.8rem; } .dense th, .dense td { padding: 0.3rem 0.35rem; }
    pre { background: var(--head); font-size: 0.85rem; overflow-x: auto; padding: 0.6rem; }
    summary { cursor: pointer; }
    </style>
    </head>
    <body>
    <h1>\(HTMLText.escaped(title))</h1>
    \(body)</body>
    </html>

    """
  }
}
