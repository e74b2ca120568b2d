import RunbookModel

/// The commands of a shell script, each as its words, and the texts that they are given by `<<`.
///
/// Nothing is put into the words: a variable that the script sets stays one.
package struct ShellCommands {
  /// In the order in which they end.
  package private(set) var commands: [[ShellScan.Word]] = []
  /// With whether values are put into them.
  package private(set) var documents: [(text: String, isOpen: Bool)] = []

  package init(_ script: String) {
    self.init(script, isDocument: false)
    for document in documents where document.isOpen && document.text.holds("$") {
      commands += ShellCommands(document.text, isDocument: true).commands
    }
  }

  private init(_ script: String, isDocument: Bool) {
    var reader = ShellWords(script, .none, isDocument: isDocument)
    var command: [ShellScan.Word] = []
    // Those that the command stands within.
    var around: [[ShellScan.Word]] = []
    while let item = reader.next() {
      switch item {
      case .word(let word):
        if !isDocument || reader.depth > 0 { command.append(word) }
      case .output, .input, .other: break
      case .end, .label: end(&command)
      case .open:
        around.append(command)
        command = []
      case .close:
        end(&command)
        command = around.popLast() ?? []
      case .documents(let found):
        end(&command)
        documents += found.map { ($0.text, !$0.isLiteral) }
      }
    }
    end(&command)
    while var outer = around.popLast() { end(&outer) }
  }

  private mutating func end(_ command: inout [ShellScan.Word]) {
    if !command.isEmpty { commands.append(command) }
    command = []
  }
}
