import Glibc
import RunbookModel
import Synchronization

/// The terminal, or what stands in its place. All output goes through here; `scripts/check-printing.sh`
/// holds the sources to it.
///
/// Text for people is `StyledText`, in which values are harmless, on a terminal and in a file alike; the
/// only control sequences are the styles and the live line's, which are written here.
struct Console: Sendable {
  let isTerminal: Bool
  let isColored: Bool
  let isErrorColored: Bool
  /// Whether a person can be asked.
  let canAsk: Bool

  /// Why something could not be written, of the last time; 0 where all was.
  private static let failure = Atomic<Int32>(0)
  /// Whether the program does nothing but print.
  private static let onlyPrints = Atomic(false)

  /// Makes the program indifferent to who reads what it prints: a run goes on in silence where a pager is quit
  /// or a terminal is closed. To be called before anything is opened.
  static func prepare() {
    signal(SIGPIPE, SIG_IGN)
    // How a child ended is told to whoever does not ignore it.
    signal(SIGCHLD, SIG_DFL)
    // Where a standard stream is closed, its number would be given to the next file that is opened, and what is
    // printed would be written into that.
    for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) < 0 {
      _ = open("/dev/null", O_RDWR)
    }
  }

  /// Has the program end, as any other, once nobody reads what it prints.
  static func endWithReader() { onlyPrints.store(true, ordering: .relaxed) }

  /// Says so where not all that was printed got to where it was to go.
  ///
  /// - Returns: whether all did.
  func isWhole() -> Bool {
    let code = Self.failure.load(ordering: .relaxed)
    guard code != 0 else { return true }
    printError("error: not all of the output could be written: \(String(cString: strerror(code)))")
    return false
  }

  static func current(_ surroundings: Surroundings) -> Console {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    let isPlain = surroundings.value("NO_COLOR") != nil || surroundings.value("TERM") == "dumb"
    return Console(
      isTerminal: isTerminal && surroundings.value("TERM") != "dumb",
      isColored: isTerminal && !isPlain, isErrorColored: isatty(STDERR_FILENO) == 1 && !isPlain,
      canAsk: isTerminal && isatty(STDIN_FILENO) == 1)
  }

  func print(_ text: StyledText, terminator: StyledText = "\n") {
    write(Self.rendered(text + terminator, isColored), to: STDOUT_FILENO)
  }

  func printError(_ text: StyledText, terminator: StyledText = "\n") {
    write(Self.rendered(text + terminator, isErrorColored), to: STDERR_FILENO)
  }

  /// Puts a question.
  func ask(_ question: StyledText) {
    discardInput()
    print(question, terminator: "")
  }

  /// Puts a question whose answer is not shown while it is typed. Ctrl-C means what it always does, with the terminal as
  /// it was.
  ///
  /// - Returns: nil at the end of input.
  func askUnseen(_ question: StyledText) -> String? {
    var former = termios()
    guard tcgetattr(STDIN_FILENO, &former) == 0 else { return nil }
    var unseen = former
    // Nothing but this sees the keys: a program that were ended by one would leave the terminal silent.
    unseen.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | ISIG)
    guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen) == 0 else { return nil }
    print(question, terminator: "")
    let (answer, isInterrupted) = UnseenLine.read()
    tcsetattr(STDIN_FILENO, TCSANOW, &former)
    print("")
    if isInterrupted { Self.endByInterrupt() }
    return answer
  }

  /// Ends the program as Ctrl-C does, whoever watches for signals: nothing has begun where an input is asked for.
  private static func endByInterrupt() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    signal(SIGINT, SIG_DFL)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    raise(SIGINT)
  }

  /// Throws away what was typed before a question is there: it is no answer to it.
  func discardInput() {
    if isatty(STDIN_FILENO) == 1 { tcflush(STDIN_FILENO, TCIFLUSH) }
  }

  /// One JSON value for a program, in a line or in many.
  func print(json text: String) {
    write(TerminalText.json(text) + "\n", to: STDOUT_FILENO)
  }

  /// A document that is asked for as such, such as a report: its bytes, unless a terminal shows them.
  func print(document text: String) {
    let isShown = isatty(STDOUT_FILENO) == 1
    write(isShown ? TerminalText.block(text) : text, to: STDOUT_FILENO)
  }

  /// Standard output or error where it is this file: what is in it already stays before what comes.
  static func stream(that status: stat) -> Int32? {
    [STDOUT_FILENO, STDERR_FILENO].first { stream in
      var own = stat()
      return fstat(stream, &own) == 0 && own.st_dev == status.st_dev && own.st_ino == status.st_ino
    }
  }

  /// How many cells a line of the terminal has.
  var width: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Puts a line in place of the one that the cursor is in. For terminals: what is longer than their line would
  /// stand there again each time.
  func redraw(_ text: StyledText) {
    write("\r\u{1B}[K" + Self.rendered(text, isColored), to: STDOUT_FILENO)
  }

  /// What leaves for the terminal.
  static func rendered(_ text: StyledText, _ isColored: Bool) -> String {
    text.spans.map { span in
      // Spans are harmless already. Whatever made one, nothing else leaves here.
      let text = TerminalText.block(span.text)
      guard isColored, let style = span.style else { return text }
      return "\u{1B}[\(code(of: style))m\(text)\u{1B}[0m"
    }.joined()
  }

  private static func code(of style: StyledText.Style) -> String {
    switch style {
    case .bold: "1"
    case .dim: "2"
    case .red: "31"
    case .green: "32"
    case .yellow: "33"
    case .blue: "34"
    case .cyan: "36"
    case .boldRed: "1;31"
    case .boldYellow: "1;33"
    case .boldCyan: "1;36"
    }
  }

  private func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes = bytes.dropFirst(count)
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        // Somebody who shares it has made it so that it does not wait.
        var item = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&item, 1, -1)
        continue
      case EPIPE: if Self.onlyPrints.load(ordering: .relaxed) { Self.endByPipe() }
      // Who closes a terminal wants no more of it; a disk that is full, or fails, loses what is wanted.
      case EIO where Self.isDevice(descriptor): break
      case let code: Self.failure.store(code, ordering: .relaxed)
      }
      return
    }
  }

  private static func isDevice(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR
  }

  private static func endByPipe() -> Never {
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
    _exit(128 + SIGPIPE)
  }
}
