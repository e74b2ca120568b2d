/// The Python program that reads Alembic's revision files by Python's own `ast`.
///
/// It executes nothing of them, and judges no text of SQL: it hands these over with their lines. It takes
/// one JSON object (`path`, and `seconds` that it may take) on its standard input, and prints one. Every call that a
/// way up makes is an operation, a function that is gone through, known to take nothing away, or told as not read.
/// Python 3.8 and later run it, without any package.
package enum MigrationProgram {
  package static let text = String(
    decoding: PackageResources.read_revisions_py, as: UTF8.self)
}
