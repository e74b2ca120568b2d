import Glibc
import RunbookModel
import RunbookSystem

/// A file of the write-ahead log, told by the long header of its first page.
///
/// The header's shape: `XLogLongPageHeaderData` in PostgreSQL's `src/include/access/xlog_internal.h`.
package struct WALSegment: Sendable, Hashable {
  /// 24 hexadecimal digits: the timeline, and the place in the log.
  package let name: String
  package let timeline: UInt32
  /// Which segment of the log it is.
  package let number: UInt64
  /// Where in the log it begins, as PostgreSQL writes places: `0/1000000`.
  package let start: String
  package let systemIdentifier: UInt64
  /// Seconds since 1970 when the file was last written.
  package let modifiedAt: Int64

  /// - Returns: nil for what is no segment, cannot be read, or was renamed for later use and still
  ///   holds an older part of the log.
  package init?(name: String, in folder: String) {
    guard name.utf8.count == 24, let timeline = UInt32(name.prefixOfScalars(8), radix: 16),
      let high = UInt64(name.dropFirstScalars(8).prefixOfScalars(8), radix: 16),
      let low = UInt64(name.dropFirstScalars(16), radix: 16)
    else { return nil }
    let file = open("\(folder)/\(name)", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var header = [UInt8](repeating: 0, count: Self.headerSize)
    var status = stat()
    guard read(file, &header, header.count) == header.count, fstat(file, &status) == 0 else {
      return nil
    }
    let size = UInt64(Self.number(header, at: 32, bytes: 4))
    guard Self.number(header, at: 2, bytes: 2) & Self.isLongHeader != 0,
      (1 << 20...1 << 30).contains(size), size & (size - 1) == 0, low < (1 << 32) / size
    else { return nil }
    number = high * ((1 << 32) / size) + low
    let (start, overflow) = number.multipliedReportingOverflow(by: size)
    guard !overflow, Self.number(header, at: 8, bytes: 8) == start else { return nil }
    self.name = name
    self.start =
      String(start >> 32, radix: 16, uppercase: true) + "/"
      + String(start & 0xFFFF_FFFF, radix: 16, uppercase: true)
    self.timeline = timeline
    systemIdentifier = Self.number(header, at: 24, bytes: 8)
    modifiedAt = Int64(status.st_mtim.tv_sec)
  }

  private static let headerSize = 40
  /// `XLP_LONG_HEADER`.
  private static let isLongHeader: UInt64 = 2

  /// The server writes in its own byte order, which is this host's where the file is to be of use.
  private static func number(_ bytes: [UInt8], at offset: Int, bytes count: Int) -> UInt64 {
    bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The segments of a server's timeline that follow one another up to the last, in order.
  ///
  /// - Parameters:
  ///   - systemIdentifier: the server's; segments of others are left out.
  ///   - timeline: the server's; nil takes the newest.
  package static func last(
    in folder: String, systemIdentifier: UInt64, timeline: UInt32?
  ) -> [WALSegment] {
    let own = Folder.names(in: folder).compactMap { WALSegment(name: $0, in: folder) }
      .filter { $0.systemIdentifier == systemIdentifier }
    let wanted = timeline ?? own.map(\.timeline).max()
    let sorted = own.filter { $0.timeline == wanted }.sorted { $0.number > $1.number }
    var kept: [WALSegment] = []
    for segment in sorted {
      if let next = kept.last, next.number != segment.number + 1 { break }
      kept.append(segment)
    }
    return kept.reversed()
  }
}
