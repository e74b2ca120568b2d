/// Looks for a string in strings by their bytes, which for UTF-8 is by code points: Knuth, Morris and
/// Pratt's search, linear whatever the texts are.
struct Substrings {
  private let part: [UInt8]
  /// For each prefix the length of its longest proper prefix that is its suffix too.
  private let borders: [Int]

  init(_ part: some Collection<UInt8>) {
    let part = Array(part)
    var borders = [Int](repeating: 0, count: part.count)
    var length = 0
    for index in part.indices.dropFirst() {
      while length > 0, part[index] != part[length] { length = borders[length - 1] }
      if part[index] == part[length] { length += 1 }
      borders[index] = length
    }
    self.part = part
    self.borders = borders
  }

  static func contains(_ text: String, _ part: String) -> Bool {
    guard !part.isEmpty else { return true }
    guard part.utf8.count <= text.utf8.count else { return false }
    var text = text
    return text.withUTF8 { Substrings(part.utf8).first(in: $0) } != nil
  }

  /// The offset of the first place at or after `start`; nil where there is none. An empty part stands
  /// nowhere.
  func first(in text: UnsafeBufferPointer<UInt8>, from start: Int = 0) -> Int? {
    guard !part.isEmpty, start <= text.count else { return nil }
    var matched = 0
    for index in start..<text.count {
      let byte = text[index]
      while matched > 0, part[matched] != byte { matched = borders[matched - 1] }
      if part[matched] == byte { matched += 1 }
      if matched == part.count { return index + 1 - matched }
    }
    return nil
  }

  func first(in text: [UInt8], from start: Int = 0) -> Int? {
    text.withUnsafeBufferPointer { first(in: $0, from: start) }
  }
}
