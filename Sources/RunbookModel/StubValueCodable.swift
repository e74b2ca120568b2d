extension Value: Codable {
  public init(from decoder: any Decoder) throws { self = .null }
  public func encode(to encoder: any Encoder) throws {}
}
