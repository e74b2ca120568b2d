/// Results by which nobody has answered what was asked: a program that is not there or was ended, a server that did not
/// do what it was asked for, or sent on to somebody else.
///
/// | | |
/// | --- | --- |
/// | `exit_code` | 124 to 127: its time was over (timeout), or it could not be run; 128 to 192: a signal ended it |
/// | `signal` | any |
/// | `status` | a redirect that was not followed; 401, 403, 407, 408, 425, 429; 500 and above |
public enum Unasked {
  /// Whether an exit code says that a program was cut off: 124 is that of timeout(1) which has ended its program, and
  /// shells end with 128 and the number of the signal that has ended theirs
  /// (https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html#tag_18_08_02).
  public static func isCutOff(exitCode: Int64) -> Bool {
    exitCode == 124 || (129...192).contains(exitCode)
  }

  /// - Parameter name: what tells it, such as `exit_code`.
  public static func isTold(by name: String, _ value: Int64) -> Bool {
    switch name {
    case "exit_code": (124...192).contains(value)
    case "signal": true
    case "status":
      (300...399).contains(value) || value >= 500
        || [401, 403, 407, 408, 425, 429].contains(value)
    default: false
    }
  }
}
