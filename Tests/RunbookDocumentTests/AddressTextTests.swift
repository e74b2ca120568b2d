import RunbookDocument
import RunbookTestSupport
import Testing

@Suite struct AddressTextTests {
  @Test(
    arguments: [
      ("see https://e.org/a?token=b now", "see https://… now"),
      ("'postgres://u@h:5432/d?x=y'", "'postgres://…'"), ("from 10.1.2.3:5432,", "from …,"),
      ("(10.1.2.3)", "(…)"), ("addr=10.1.2.3.", "addr=…."), ("by ann@example.com.", "by …"),
      ("akleao@db1:5432/akleao", "…"), ("ping @ann", "ping …"),
      ("at fe80::1ff:fe23:1 and ::1", "at … and …"),
      ("2001:db8:0:0:0:0:0:1", "…"), ("00:1b:44:11:3a:b7", "…"),
      ("host=db1 port=5432", "host=… port=5432"),
      ("https://h/p(secret)/'q'<x>?a=b now", "https://… now"),
      ("<https://h/a'b(c)>", "<https://…>"),
      ("(https://h/a'b)", "(https://…)"), ("[x](https://h/a?b='c')", "[x](https://…)"),
      ("`https://h/a)b`", "`https://…`"), ("href=\"https://h/a'b\">x", "href=\"https://…\">x"),
      ("at [fe80::1%eth0]:5432, fe80::2%en-0", "at […, …"),
      ("00-1B-44-11-3A-B7 and 001b.4411.3ab7", "… and …"),
      ("00-1b-44-11-3a-b7-00-01", "…"), ("PGHOST=db1 Server=db2;x", "PGHOST=… Server=…"),
      ("on db1.prod.internal:5432, ip-10-0-0-1.ec2.internal", "on …, …"),
      ("see db.example.com.", "see …."),
      (
        "a.b.sql, 2025-10-18, users.com_id, v1.2.3-4", "a.b.sql, 2025-10-18, users.com_id, v1.2.3-4"
      ),
      ("12-34-56", "12-34-56"),
      ("public.users.id, README.md, a.local_time", "public.users.id, README.md, a.local_time"),
      ("t.org, public.local, u.de", "t.org, public.local, u.de"), ("a.example.com", "…"),
      ("shop.com", "…"),
      ("at 22:01:13 UTC", "at 22:01:13 UTC"), ("x::text, 'a'::date", "x::text, 'a'::date"),
      ("a @> b, public.user, 15.18", "a @> b, public.user, 15.18"), ("300.1.2.3", "300.1.2.3"),
    ] as [(String, String)])
  func leavesAddressesOut(_ text: String, _ wanted: String) {
    #expect(AddressText.removed(from: text, mark: "…") == wanted)
  }

  @Test func noAddressStaysWhateverStandsBesideIt() {
    let addresses = ["https://u:p@h.example/x?q=1", "ann@example.com", "10.20.30.40"]
    let failure = Property().firstFailure { generator in
      let address = generator.one(of: addresses)
      let before = generator.one(of: HostileText.signs + HostileText.joiners)
      let text = before + address + " " + HostileText.text(&generator)
      let shown = AddressText.removed(from: text, mark: "…")
      let isKept = ["h.example", "q=1", "ann@example", "example.com", "20.30.40"]
        .contains { part in address.contains(part) && shown.contains(part) }
      return isKept ? "\(shown.debugDescription) of \(text.debugDescription)" : nil
    }
    #expect(failure == nil)
  }
}
