%% The Erlang peer of Troupe's benchmarks: the command line and the catalogue of rows.
-module(bench).

-export([main/0]).

-type row() :: #{
    id := string(),
    configs := [string()],
    pace := bench_sampling:pace(),
    set_up := fun((request()) -> bench_sampling:workload())
}.

%% What a row and a configuration are measured with; actors is the number that W7 spawns and the
%% number of leaves of the skynet of W9.
-type request() :: #{
    config := string(),
    actors := pos_integer(),
    warmup_ms := pos_integer(),
    measure_ms := pos_integer(),
    samples := pos_integer()
}.

-export_type([request/0]).

-define(SCHEDULERS, ["1", "2"]).
%% A mailbox off the heap is not copied when its owner collects garbage.
-define(MAILBOXES, ["1", "2", "1-off-heap", "2-off-heap"]).

-spec main() -> no_return().
main() ->
    case init:get_plain_arguments() of
        ["--list"] ->
            [io:format("~s ~s~n", [Id, Config])
             || #{id := Id, configs := Configs} <- rows(), Config <- Configs],
            halt(0);
        [Id, Config | Options] ->
            run(find(Id, Config), parse(Options, defaults(Config)));
        _ ->
            refuse("the row or the configuration is missing")
    end.

-spec rows() -> [row()].
rows() ->
    [flat("W1", ?SCHEDULERS, fun bench_messaging:ping_pong/1),
     flat("W3", ?MAILBOXES, fun(Request) -> bench_messaging:flood(1, Request) end),
     flat("W4", ?MAILBOXES, fun(Request) -> bench_messaging:flood(20, Request) end),
     flat("W5/100", ?SCHEDULERS, fun(_) -> bench_messaging:fan_out(100) end),
     flat("W5/10000", ?SCHEDULERS, fun(_) -> bench_messaging:fan_out(10000) end),
     flat("W6", ?SCHEDULERS, fun bench_messaging:request_response/1),
     flat("W6/timeout", ?SCHEDULERS, fun bench_messaging:monitored_request/1),
     row("W7", ?SCHEDULERS, once, fun bench_lifecycle:population/1),
     row("W7/bytes", ?SCHEDULERS, bytes, fun bench_lifecycle:resident_bytes/1),
     flat("W8/ordered", ?SCHEDULERS, fun(_) -> bench_topology:ring(ordered) end),
     flat("W8/shuffled", ?SCHEDULERS, fun(_) -> bench_topology:ring(shuffled) end),
     row("W9", ?SCHEDULERS, whole_runs, fun bench_topology:skynet/1),
     flat("W12", ?SCHEDULERS, fun bench_lifecycle:crash_and_restart/1)
     | registry_rows()].

-spec registry_rows() -> [row()].
registry_rows() ->
    Sizes = [{"W14/1k", 1000}, {"W14/100k", 100000}, {"W14/1M", 1000000}],
    [flat(Id, ["1"], fun(_) -> bench_registry:look_ups(Size, 1) end) || {Id, Size} <- Sizes] ++
        [flat(Id ++ "/2-threads", ["2"], fun(_) -> bench_registry:look_ups(Size, 2) end)
         || {Id, Size} <- Sizes].

flat(Id, Configs, SetUp) ->
    row(Id, Configs, flat, SetUp).

row(Id, Configs, Pace, SetUp) ->
    #{id => Id, configs => Configs, pace => Pace, set_up => SetUp}.

-spec find(string(), string()) -> row().
find(Id, Config) ->
    Found = [Row || #{id := Known, configs := Configs} = Row <- rows(),
                    Known =:= Id, lists:member(Config, Configs)],
    case Found of
        [Row] -> Row;
        [] -> refuse(io_lib:format("no row ~ts ~ts", [Id, Config]))
    end.

-spec defaults(string()) -> request().
defaults(Config) ->
    #{config => Config, actors => 1000000, warmup_ms => 300, measure_ms => 1000, samples => 30}.

-spec parse([string()], request()) -> request().
parse([], Request) -> Request;
parse(["--warmup-ms", Value | Rest], Request) -> set(warmup_ms, Value, Rest, Request);
parse(["--measure-ms", Value | Rest], Request) -> set(measure_ms, Value, Rest, Request);
parse(["--samples", Value | Rest], Request) -> set(samples, Value, Rest, Request);
parse(["--actors", Value | Rest], Request) -> set(actors, Value, Rest, Request);
parse([Option | _], _) -> refuse(io_lib:format("unknown or unfinished option ~ts", [Option])).

set(Key, Value, Rest, Request) ->
    case string:to_integer(Value) of
        {Number, ""} when Number > 0 -> parse(Rest, Request#{Key := Number});
        _ -> refuse(io_lib:format("'~ts' is not a positive number", [Value]))
    end.

-spec refuse(iodata()) -> no_return().
refuse(Problem) ->
    io:format(standard_error,
              "peer: ~ts~n"
              "usage: peer --list~n"
              "       peer ROW CONFIG [--warmup-ms N] [--measure-ms N] [--samples N]"
              " [--actors N]~n",
              [Problem]),
    halt(2).

%% Prints the JSON line of the row. Ids and configurations need no escapes; failures do.
-spec run(row(), request()) -> no_return().
run(#{id := Id} = Row, #{config := Config} = Request) ->
    Head = io_lib:format("{\"id\":\"~s\",\"peer\":\"erlang/~s\"", [Id, Config]),
    case measure(Row, Request) of
        {bytes, Value} ->
            io:format("~s,\"unit\":\"bytes\",\"values\":[~.1f]}~n", [Head, Value]);
        {times, Times, {Count, Sum}} ->
            {Iterations, Nanoseconds} = lists:unzip(Times),
            io:format("~s,\"unit\":\"ns\",\"iterations\":~w,\"ns\":~w,\"count\":~b,\"sum\":~b}~n",
                      [Head, Iterations, Nanoseconds, Count, Sum]);
        {failed, Reason} ->
            Text = re:replace(io_lib:format("~0p", [Reason]), "[\"\\\\]", "'", [global]),
            io:format("~s,\"failed\":\"~s\"}~n", [Head, Text]),
            halt(1)
    end,
    halt(0).

%% The driver is a process of its own: the one that starts the program traps exits, so that every
%% process linked to it would leave a message there.
measure(#{pace := Pace, set_up := SetUp}, Request) ->
    {Driver, Monitor} = spawn_monitor(
        fun() -> exit({measured, bench_sampling:measure(SetUp(Request), Pace, Request)}) end),
    receive
        {'DOWN', Monitor, process, Driver, {measured, Measured}} -> Measured;
        {'DOWN', Monitor, process, Driver, {Reason, _Stack}} -> {failed, Reason};
        {'DOWN', Monitor, process, Driver, Reason} -> {failed, Reason}
    end.
