/// The shell programs that work on a sandbox's folder as its user.
package enum SandboxScripts {
  /// Fills a new folder. `$1` is the folder, `$2` where PostgreSQL's programs are, `$3` the addresses
  /// for TCP, if any; standard input is added to the server's configuration. Exits 71 when the folder
  /// cannot be entered.
  ///
  /// Over TCP, which every account of the machine can reach, a password is asked for.
  package static let prepare = #"""
    umask 077
    folder=$1 programs=$2 addresses=$3
    cd "$folder" || exit 71
    : >"lock" && exec 9>>lock && flock -n 9 || exit 75
    echo 'A throwaway database of runbook: removed when its run ends.' >runbook-sandbox || exit 70
    mkdir socket work && chmod 755 work || exit 70
    set -- --auth-local=trust --auth-host=scram-sha-256
    if [ -n "$addresses" ]; then
      head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >password || exit 70
      [ "$(wc -c <password)" -eq 48 ] || exit 70
      set -- "$@" --pwfile="$folder/password"
    fi
    if ! "$programs/initdb" -D "$folder/data" -U postgres "$@" -E UTF8 --locale=C \
      --no-sync --no-instructions >initdb.log 2>&1 </dev/null
    then
      tail -n 20 initdb.log >&2
      exit 70
    fi
    cat >>data/postgresql.conf || exit 70
    {
      echo 'local all all trust'
      [ -z "$addresses" ] || echo 'host all all 127.0.0.1/32 scram-sha-256'
      [ -z "$addresses" ] || echo 'host all all ::1/128 scram-sha-256'
    } >data/pg_hba.conf
    """#

  /// Starts the server, and stays as long as standard input is open. `$1` is the folder, `$2` where
  /// PostgreSQL's programs are, `$3` the server's port, or nothing for its own, `$4` `temporary` where
  /// the folder goes with the server.
  ///
  /// Standard input is a socket whose other end only the executor holds: its end of file means that
  /// the executor is gone, however it died. Each line of it is a command: `stop`, or a call of
  /// `service`. The lock is inherited by all that is started here, so that it is free only when
  /// nothing of the sandbox runs any more.
  ///
  /// Should this program itself be killed, the kernel ends the server and the services
  /// (`PR_SET_PDEATHSIG`).
  package static let watchdog = #"""
    umask 077
    folder=$1 programs=$2 port=$3 keep=$4
    cd "$folder" || exit 71
    exec >>watchdog.log 2>&1
    exec 9>>lock
    flock -w 15 9 || exit 75
    setsid=$(command -v setsid) setpriv=$(command -v setpriv) env=$(command -v env)
    groups= readers=
    lf='
    '

    service() {
      name=$1 place=$2
      shift 2
      rm -f "$name.address" "$name.pipe"
      mkfifo "$name.pipe" || return
      {
        address=
        IFS= read -r address
        printf '%s\n' "$address" >"$name.new"
        [ -z "$address" ] || printf '%s\n' "$address" >>"$name.log"
        rm -f "$name.pipe"
        mv "$name.new" "$name.address"
        exec cat >>"$name.log"
      } <"$name.pipe" &
      readers="$readers $!"
      {
        while [ "$1" != -- ]; do
          export "$1"
          shift
        done
        shift
        cd "$place" && exec "$setsid" "$env" --default-signal "$setpriv" --pdeathsig KILL -- "$@"
        exit 71
      } >"$name.pipe" 2>>"$name.log" </dev/null &
      groups="$groups $!"
    }

    finish() {
      trap '' HUP INT TERM
      for group in $groups; do kill -s TERM -- "-$group" "$group"; done
      "$setsid" sh -c '
        sleep 2
        for group in $1; do kill -s KILL -- "-$group"; done
        sleep 8
        kill -s QUIT "$2"
        sleep 10
        kill -s KILL "$2"' timer "$groups" "$server" 9>&- </dev/null &
      timer=$!
      [ "$1" = INT ] || kill -s "$1" "$server"
      for group in $groups; do
        wait "$group"
        kill -s KILL -- "-$group"
      done
      [ "$1" != INT ] || kill -s INT "$server"
      wait "$server"
      for reader in $readers; do kill -s KILL "$reader"; done
      kill -s KILL -- "-$timer" "$timer"
      wait
      [ "$keep" != temporary ] || { cd / && rm -rf --one-file-system -- "$folder"; }
    } 2>/dev/null

    rm -f data/postmaster.pid server.pid ./*.address
    "$setsid" "$setpriv" --pdeathsig QUIT -- "$programs/postgres" -D "$folder/data" \
      ${port:+-p "$port"} \
      </dev/null >>server.log 2>&1 &
    server=$!
    echo "$server $$" >server.new && mv server.new server.pid
    trap 'finish QUIT; exit 0' HUP INT TERM
    while IFS= read -r line; do
      [ "$line" != stop ] || {
        finish INT
        exit 0
      }
      eval "$line"
    done
    finish QUIT
    """#

  /// One word of a command line for the watchdog: a line break in it does not end the line.
  package static func quoted(_ word: String) -> String {
    var result = "'"
    for scalar in word.unicodeScalars {
      switch scalar {
      case "'": result += #"'\''"#
      case "\n": result += #"'"$lf"'"#
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "'"
  }
}
