extension Runbook {
  /// A typed value that a run is given.
  public struct Input: Sendable, Hashable {
    public let name: String
    public let place: Place
    public let type: InputType
    public let summary: String?
    public let isOptional: Bool
    public let isSecret: Bool
    /// Whether the path, or each of a list, has to be there and to be readable before anything runs.
    public let mustExist: Bool
    public let fallback: Value?
    /// Where a secret comes from when the environment has none.
    public let source: Source?

    public init(
      name: String, place: Place, type: InputType, summary: String? = nil,
      isOptional: Bool = false, isSecret: Bool = false, mustExist: Bool = false,
      fallback: Value? = nil, source: Source? = nil
    ) {
      self.name = name
      self.place = place
      self.type = type
      self.summary = summary
      self.isOptional = isOptional
      self.isSecret = isSecret
      self.mustExist = mustExist
      self.fallback = fallback
      self.source = source
    }

    public enum Source: Sendable, Hashable {
      /// The file's contents, less one final line break (LF or CR LF).
      case file(SourceText)
      /// A program's standard output, less one final line break (LF or CR LF); run without a shell.
      case command([SourceText])
    }
  }

  public indirect enum InputType: Sendable, Hashable {
    case string, int, bool, path, url
    case enumeration([String])
    case list(InputType)

    /// As the file writes it.
    public var name: String {
      switch self {
      case .string: "string"
      case .int: "int"
      case .bool: "bool"
      case .path: "path"
      case .url: "url"
      case .enumeration: "enum"
      case .list: "list"
      }
    }
  }
}
