#include "cli/help.hpp"

#include <array>

#include "base/check.hpp"

namespace troupe {
namespace {

constexpr std::string_view overview = R"(Runs WebAssembly components as supervised actors.

  troupe run counter.wasm                 start a node with one actor
  troupe ps                               show the actors of the running node
  troupe request counter "add 2"          ask an actor, print its answer

Usage: troupe COMMAND [ARGUMENTS]

Commands
  run [FILE]             start a node: an app (.toml) or one component (.wasm)
  ps                     list the actors
  send NAME PAYLOAD      send a message
  request NAME PAYLOAD   send a request, wait for the answer
  stop NAME | --node     stop an actor, or the node
  version                print the version

Options of every command
  --node NODE            which node, where several run
  --json                 results, logs and errors as JSON
  --color WHEN           auto (default), always, never; NO_COLOR is heeded
  -h, --help             this, or `troupe COMMAND -h`
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

constexpr std::string_view ps = R"(Lists the actors of a node, by name.

  troupe ps                               of the only node that runs
  troupe ps --node bank                   of that node
  troupe ps --json                        all there is to know, as JSON

Usage: troupe ps [--node NODE]

LIVES counts starts: 1 if the actor never had to be restarted. LAST EXIT is how
its previous life ended.

Options
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
  --budget TIME          250ms, 5s, 2m; default 5s; actors only
  --node [NODE]          with NAME: which node; without: the node is what stops
  --json                 {"stopped":"..."}; errors as JSON
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

struct Topic {
  std::string_view command;
  std::string_view text;
};
constexpr std::array topics{
    Topic{"", overview},       Topic{"run", run},   Topic{"ps", ps},          Topic{"send", send},
    Topic{"request", request}, Topic{"stop", stop}, Topic{"version", version}};

}  // namespace

std::string_view help_text(std::string_view command) {
  for (const Topic& topic : topics) {
    if (topic.command == command) return topic.text;
  }
  CHECK(false, "every command has its help");
}

}  // namespace troupe
