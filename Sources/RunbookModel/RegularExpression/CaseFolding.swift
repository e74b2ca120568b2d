/// Letters that differ in case alone, by Unicode's mappings of one scalar to one.
enum CaseFolding {
  /// The same for all letters that differ in case alone.
  static func key(_ scalar: UInt32) -> UInt32 {
    if scalar < 128 { return (0x41...0x5A).contains(scalar) ? scalar + 32 : scalar }
    return lower(upper(scalar))
  }

  /// All letters that may differ from it in case alone.
  static func variants(of scalar: UInt32) -> [UInt32] {
    let key = key(scalar)
    var variants = [key, upper(scalar), lower(scalar), upper(key)]
    if key == 0x6B { variants.append(0x212A) }
    if key == 0x73 { variants.append(0x17F) }
    return variants
  }

  private static func lower(_ scalar: UInt32) -> UInt32 {
    mapped(scalar) { $0.properties.lowercaseMapping }
  }

  private static func upper(_ scalar: UInt32) -> UInt32 {
    mapped(scalar) { $0.properties.uppercaseMapping }
  }

  private static func mapped(_ scalar: UInt32, _ mapping: (Unicode.Scalar) -> String) -> UInt32 {
    guard let original = Unicode.Scalar(scalar) else { return scalar }
    let scalars = mapping(original).unicodeScalars
    guard let first = scalars.first, scalars.count == 1 else { return scalar }
    return first.value
  }
}
