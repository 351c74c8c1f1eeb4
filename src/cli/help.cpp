#include "cli/help.hpp"

#include <array>

#include "base/check.hpp"

namespace troupe {
namespace {

constexpr std::string_view overview =
    R"(Runs WebAssembly components as supervised actors: troupe COMMAND [ARGUMENTS]

  troupe run counter.wasm                 start a node with one actor
  troupe ps                               show the actors of the running node
  troupe request counter "add 2"          ask an actor, print its answer

  run [FILE]             start a node: an app (.toml) or one component (.wasm)
  check [FILE...]        read an app or a component as `run` does; start nothing
  ps                     list the actors
  send NAME PAYLOAD      send a message
  request NAME PAYLOAD   send a request, wait for the answer
  stop NAME | --node     stop an actor, or the node
  restart NAME           stop it in good order, then begin its next life
  kill NAME              end an actor's present life; its supervisor decides
  crashes [PATTERN]      how lives ended, newest last; -f goes on
  events [PATTERN]       what happened to actors; -f goes on
  inspect NAME           all that is known of an actor
  why NAME               why it is as it is, and what to do
  tree                   who supervises whom, and how each stands
  node                   the node itself, and what it has counted
  bench COMMAND          measure this program on this machine
  version                print the version

`troupe COMMAND -h` says more. All take --json, --color and --help; most --node.
)";

constexpr std::string_view run = R"(Starts a node and runs until it is stopped.

  troupe run bank/app.toml                every actor of the app
  troupe run counter.wasm                 one actor, `counter`, granted nothing
  troupe run app.toml --name test --json  another node name, logs as JSON lines

Usage: troupe run [FILE] [--name NODE] [--workers N]

FILE is an app manifest (.toml) or a component; without it troupe.toml or
app.toml of this folder. Logs of actors go to standard error. Ctrl-C and SIGTERM
stop all actors in reverse order of their start; a second one ends the node at
once. The exit code is 1 if a supervisor gave up.

Options
  --name NODE            name of the node; default: the app's, or the file's
  --workers N            threads that run actors, 1 to 256; default: all cores
  --json                 JSON objects: ready, log, exit, stopping, ended
  --color WHEN           auto (default), always, never
  -h, --help             this
)";

constexpr std::string_view check =
    R"(Reads an app or a component as `troupe run` does, and starts nothing.

  troupe check bank/app.toml              an app, and every component it names
  troupe check counter.wasm               one component
  troupe check */app.toml --json          several, for a script

Usage: troupe check [FILE...]

Manifests are read, components loaded and compiled. Prints who would be started
and below which supervisor, then `ok`; or the errors of `troupe run`, with file
and line. The exit code is that of `troupe run` for the first file with errors.
How actors start is not tried. Without FILE: troupe.toml or app.toml of this
folder.

Options
  --json                 an object for each file; errors as JSON
  --color WHEN           auto (default), always, never
  -h, --help             this
)";

constexpr std::string_view ps = R"(Lists the actors of a node, by name.

  troupe ps                               of the only node that runs
  troupe ps 'bank/acc*' --state ready     some: by name, state, component, age
  troupe ps --json                        all there is to know, as JSON

Usage: troupe ps [PATTERN] [OPTIONS]

PATTERN is NAME or APP/NAME with `*` for any characters, `?` for one; '#*' are
actors without a name. LIVES counts starts: 1 if it never had to be restarted.
AGE is that of its present life, LAST EXIT how the previous one ended.

Options
  --state STATE          creating, starting, ready, stopping, ended or failed
  --component PART       with that in its component's name, or a whole pattern
  --older-than TIME      of at least that age: 30s, 5m, 2h
  --younger-than TIME    of less than that age
  --limit N              N at most; default 1000, with --json all
  --node NODE            which node, where several run
  --json                 an array of objects, as in docs/api.md
  --color WHEN           auto (default), always, never
  -h, --help             this
)";

constexpr std::string_view send =
    R"(Sends a message to an actor. Done when it is queued, not when it is handled.

  troupe send counter "add 2"             an actor of the node's app
  troupe send bank/ledger hello           an actor of any app
  troupe send counter - < message.bin     payload from standard input

Usage: troupe send NAME PAYLOAD [--node NODE]

The payload is sent byte by byte; nothing is added. One that begins with '-'
goes behind `--`: troupe send counter -- -x

Options
  --node NODE            which node, where several run
  --json                 {"accepted":true}; errors as JSON
  --color WHEN           auto (default), always, never
  -h, --help             this
)";

constexpr std::string_view request =
    R"(Asks an actor and prints the bytes of its answer, nothing added.

  troupe request counter get              waits for at most a second
  troupe request counter get --timeout 5s  longer
  troupe request bank/ledger - < question  payload from standard input

Usage: troupe request NAME PAYLOAD [--timeout TIME] [--node NODE]

A payload that begins with '-' goes behind `--`: troupe request counter -- -x
Exit codes: 1 the actor answered with an error, 3 no such actor, 5 no answer in
time, 6 the actor ended, is full, or let go of the request.

Options
  --timeout TIME         250ms, 5s, 2m; default 1s
  --node NODE            which node, where several run
  --json                 {"answer_base64":"..."}; errors as JSON
  --color WHEN           auto (default), always, never
  -h, --help             this
)";

constexpr std::string_view stop = R"(Stops an actor, or a node with all its actors.

  troupe stop counter                     ask it to stop; it is not restarted
  troupe stop counter --budget 30s        give it longer before it is killed
  troupe stop --node                      the node, or --node NODE of several

Usage: troupe stop NAME [--budget TIME] [--node NODE]
       troupe stop --node [NODE]

Returns when it has ended.

Options
  --budget TIME          250ms, 5s, 2m; default: that of the actor's manifest;
                         actors only
  --node [NODE]          with NAME: which node; without: the node is what stops
  --json                 {"stopped":"..."}; errors as JSON
  --color WHEN           auto (default), always, never
  -h, --help             this
)";

constexpr std::string_view restart = R"(Stops an actor in good order and begins its next life.

  troupe restart counter                  an actor of the node's app
  troupe restart bank/ledger              an actor of any app
  troupe restart counter --budget 30s     gives it longer before it is killed

Usage: troupe restart NAME [--budget TIME] [--node NODE]

What is in its mailbox waits for the next life, whose state is new. Its
supervisor does not count it. Returns when it is ready. One that waits for its
next life after a crash begins it now. Actors that others have spawned can't be
restarted: `troupe kill` ends their present life.

Options
  --budget TIME          250ms, 5s, 2m; default: that of the actor's manifest
  --node NODE            which node, where several run
  --json                 {"restarted":"..."}; errors as JSON
  --color WHEN           auto (default), always, never
  -h, --help             this
)";

constexpr std::string_view kill = R"(Ends an actor's present life at once, whatever it is doing.

  troupe kill counter                     an actor of the node's app
  troupe kill bank/ledger                 an actor of any app
  troupe kill '#7.1'                      one without a name, as `ps` shows it

Usage: troupe kill NAME [--node NODE]

Its supervisor decides what follows, as after a crash; `troupe stop` ends an
actor for good. What was in its hands is lost or redelivered, as its mailbox
says. Does not wait.

Options
  --node NODE            which node, where several run
  --json                 {"killed":"..."}; errors as JSON
  --color WHEN           auto (default), always, never
  -h, --help             this
)";

constexpr std::string_view crashes =
    R"(Lists how lives ended that did not end well, newest last.

  troupe crashes                          the latest 20 of the node's last 1000
  troupe crashes 'account-*' --full       whole reports: place, message, log
  troupe crashes -f                       goes on with those that come

Usage: troupe crashes [PATTERN] [-f] [--full] [--limit N] [--node NODE]

PATTERN is that of `troupe ps`. LIVED is from start to end, IN HAND what it was
at, DECISION what its supervisor made of it: restarts used, of those allowed.

Options
  -f, --follow           until the node ends, or Ctrl-C
  --full                 with trap, frames, payload, memory and last log lines
  --limit N              the latest N, 1 to 1000; default 20
  --node NODE            which node, where several run
  --json                 an array of objects, with -f one on a line
  --color WHEN           auto (default), always, never
  -h, --help             this
)";

constexpr std::string_view events =
    R"(Lists what happened to a node's actors and supervisors, newest last.

  troupe events                           the latest 20 of the node's last 2000
  troupe events 'account-*' --limit 100   more, of some
  troupe events -f                        goes on with those that come

Usage: troupe events [PATTERN] [-f] [--limit N] [--node NODE]

PATTERN is that of `troupe ps`. Kinds: started, stopped, crashed (`troupe
crashes` has the report), restarted (a life that follows another is ready),
escalated (a supervisor gave up), limit (90 % of its memory, or native code that
holds its worker), health (how it is has changed), refused (many messages to
it), hook (of an embedding program, too slow), ending. Of spawned actors no
first starts are told.

Options
  -f, --follow           until the node ends, or Ctrl-C
  --limit N              the latest N, 1 to 1000; default 20
  --node NODE            which node, where several run
  --json                 an array of objects, with -f one on a line
  --color WHEN           auto (default), always, never
  -h, --help             this
)";

constexpr std::string_view inspect = R"(Shows all that is known of an actor.

  troupe inspect counter                  an actor of the node's app
  troupe inspect bank/ledger              an actor of any app
  troupe inspect '#7.1'                   one without a name, as `ps` shows it

Usage: troupe inspect NAME [--node NODE]

State, figures, limits, and the report of its last crash. One that is gone is
shown as long as its end is known. In short: `troupe why NAME`.

Options
  --node NODE            which node, where several run
  --json                 {"actor":{...},"crashes":[...],"good_end":{...}}, as in
                         docs/cli.md
  --color WHEN           auto (default), always, never
  -h, --help             this
)";

constexpr std::string_view why = R"(Says why an actor is as it is, and what to do.

  troupe why counter                      an actor of the node's app
  troupe why bank/ledger                  an actor of any app
  troupe why '#7.1'                       one without a name, as `ps` shows it

Usage: troupe why NAME [--node NODE]

What it does or waits for, since when; its limits and how far they are used;
how lives of it ended and what was decided, newest last; one line of advice.

Options
  --node NODE            which node, where several run
  --json                 {"now":"...","limits":[],"ends":[],"advice":"..."}
  --color WHEN           auto (default), always, never
  -h, --help             this
)";

constexpr std::string_view tree =
    R"(Shows the supervision tree: who supervises whom, and how each stands.

  troupe tree                             of the only node that runs
  troupe tree --history                   what supervisors decided of late
  troupe tree --json                      as JSON

Usage: troupe tree [--history] [--limit N] [--node NODE]

Supervisors with their strategy and how many of their restarts are used; below
them actors with the exit of their life before, and those they have spawned.

Options
  --history              instead, of each supervisor its latest 100 decisions,
                         over all its lives: how long ago, child, exit, decision
  --limit N              N actors at most, by name; default 1000
  --node NODE            which node, where several run
  --json                 {"supervisors":[...],"actors":[...]}; see docs/api.md
  --color WHEN           auto (default), always, never
  -h, --help             this
)";

constexpr std::string_view node = R"(Shows a node, and what it has counted since it began.

  troupe node                             the only one that runs
  troupe node --node bank                 that one
  troupe node --json                      as JSON

Usage: troupe node [--node NODE]

Actors, lives, messages; what was refused, dropped or could not be delivered,
by reason. Those that are gone count too.

Options
  --node NODE            which node, where several run
  --json                 an object, as in docs/api.md
  --color WHEN           auto (default), always, never
  -h, --help             this
)";

constexpr std::string_view version = R"(Prints the version.

  troupe version                          for people
  troupe version --json                   with those of API and manifest
  troupe --version                        the same as the first

Usage: troupe version

Options
  --json                 as a JSON object
  --color WHEN           auto (default), always, never
  -h, --help             this
)";

constexpr std::string_view bench =
    R"(Measures this program on this machine; docs/performance.md says how.

  troupe bench list                       the rows and their goals
  troupe bench run --quick                all of them, in a few minutes
  troupe bench run W10 W11/life           some: by row, its beginning, or block
  troupe bench run --save before          kept, with this program, as `before`
  troupe bench gate --baseline before     is this program slower than that one?
  troupe bench cmp before after           two saved runs

Usage: troupe bench list [FILTER...]
       troupe bench run [FILTER...] [--quick | --full | --smoke] [--peers]
                        [--processes N] [--save NAME]
       troupe bench cmp FIRST SECOND [-t PERCENT]
       troupe bench gate --baseline NAME [FILTER...] [--max-regress PERCENT]
                         [--pairs N]
       troupe bench variance [FILTER...]
       troupe bench selftest [--trials N]
       troupe bench measure BLOCK [--rows ID,...] [--warmup-ms N]
                            [--measure-ms N] [--samples N] [--exactly N]

Each row is measured in several fresh processes, in random order, in turns with
what it is compared with. Rows whose processes disagree are unstable: they
neither pass nor fail. Ctrl-C keeps what is done.

  run        measures rows, prints them, and appends them to the file of runs
  cmp        compares two saved runs, row by row
  gate       runs the saved program and this one in turns; exit code 1 if a row
             is slower for certain, and by PERCENT (5 %) for all that is known
  variance   five processes of each row: how far apart are they?
  selftest   are slow-downs of a known size found, on this machine, now?
  measure    one block in this process, as lines of raw samples

Options
  --quick                0.15 s + 0.5 s a row and process, 30 samples, 3 processes
  --full                 2 s + 5 s, 100 samples, 5 processes (run: the default)
  --smoke                hardly anything: does it all work, are all counts right
  --processes N          fresh processes of each row, 1 to 100
  --peers                also tokio, Go, CAF and Erlang, from a source checkout
  --save NAME            keep the run and the program under this name
  --folder PATH          where runs are kept; default
                         $XDG_DATA_HOME/troupe/bench
  -t, --threshold PERCENT  smaller changes are noise; default 5
  --pairs N              of processes that take turns, 6 to 100; default 15
  --exactly N            so many operations, untimed: for counting instructions
  --json                 one JSON object per row
  --color WHEN           auto (default), always, never
  -h, --help             this
)";

struct Topic {
  std::string_view command;
  std::string_view text;
};
constexpr std::array topics{
    Topic{"", overview},       Topic{"run", run},         Topic{"check", check},
    Topic{"ps", ps},           Topic{"send", send},       Topic{"request", request},
    Topic{"stop", stop},       Topic{"restart", restart}, Topic{"kill", kill},
    Topic{"crashes", crashes}, Topic{"events", events},   Topic{"inspect", inspect},
    Topic{"why", why},         Topic{"tree", tree},       Topic{"node", node},
    Topic{"bench", bench},     Topic{"version", version}};

}  // namespace

std::string_view help_text(std::string_view command) {
  for (const Topic& topic : topics) {
    if (topic.command == command) return topic.text;
  }
  CHECK(false, "every command has its help");
}

}  // namespace troupe
