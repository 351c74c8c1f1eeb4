%% Rows W7 and W12: processes that are born, parked, crashed and born again.
-module(bench_lifecycle).

-export([population/1, resident_bytes/1, crash_and_restart/1, park/2]).

-import(bench_sampling, [now_ns/0, series/1]).

-define(PAGE_BYTES, 4096).
-define(PARKED, 1).

%% W7: processes that are spawned and run until they wait for their first message.
-spec population(bench:request()) -> bench_sampling:workload().
population(_) ->
    fun(Operations) ->
        Ledger = bench_ledger:new(),
        Start = now_ns(),
        Actors = populate(Operations, Ledger),
        Elapsed = now_ns() - Start,
        {Elapsed, roll_call(Actors, Operations, Ledger), series(Operations)}
    end.

%% W7/bytes: what the resident set grows by, per parked process.
-spec resident_bytes(bench:request()) -> bench_sampling:workload().
resident_bytes(_) ->
    fun(Operations) ->
        Ledger = bench_ledger:new(),
        Before = resident(),
        Actors = populate(Operations, Ledger),
        Grown = max(0, resident() - Before),
        Expected = series(Operations),
        Expected = roll_call(Actors, Operations, Ledger),
        {bytes, Grown / Operations}
    end.

%% Returns when every process is parked.
populate(Count, Ledger) ->
    Census = atomics:new(1, []),
    Actors = [spawn(?MODULE, park, [Census, Ledger]) || _ <- lists:seq(1, Count)],
    await(Census, Count),
    Actors.

await(Census, Count) ->
    case atomics:get(Census, ?PARKED) of
        Count -> ok;
        _ -> erlang:yield(), await(Census, Count)
    end.

-spec park(atomics:atomics_ref(), bench_ledger:ledger()) -> no_return().
park(Census, Ledger) ->
    atomics:add(Census, ?PARKED, 1),
    answer(Ledger).

answer(Ledger) ->
    receive
        Index -> bench_ledger:post(Ledger, {1, Index}), answer(Ledger)
    end.

%% Sends each process its index and returns what they received.
roll_call(Actors, Count, Ledger) ->
    bench_ledger:open(Ledger, Count),
    call(Actors, 0),
    bench_ledger:settle(Ledger).

call([], _) ->
    ok;
call([Actor | Rest], Index) ->
    Actor ! Index,
    call(Rest, Index + 1).

resident() ->
    {ok, Text} = file:read_file("/proc/self/statm"),
    [_, Pages | _] = binary:split(Text, <<" ">>, [global]),
    binary_to_integer(Pages) * ?PAGE_BYTES.

%% W12: from the order that crashes a worker to the answer of the one that replaces it. The
%% driver is the supervisor.
-spec crash_and_restart(bench:request()) -> bench_sampling:workload().
crash_and_restart(_) ->
    fun(Operations) ->
        Worker = spawn_monitor(fun work/0),
        Start = now_ns(),
        {{Last, Monitor}, Received} = supervise(Worker, Operations, 0, 0),
        Elapsed = now_ns() - Start,
        erlang:demonitor(Monitor, [flush]),
        exit(Last, kill),
        {Elapsed, Received, series(Operations)}
    end.

supervise(Worker, 0, Count, Sum) ->
    {Worker, {Count, Sum}};
supervise({Worker, Monitor}, Left, Count, Sum) ->
    Worker ! crash,
    receive
        {'DOWN', Monitor, process, Worker, ordered} -> ok
    end,
    {Successor, _} = Restarted = spawn_monitor(fun work/0),
    Successor ! {self(), Left - 1},
    receive
        {answer, Payload} -> supervise(Restarted, Left - 1, Count + 1, Sum + Payload)
    end.

work() ->
    receive
        crash -> exit(ordered);
        {From, Payload} -> From ! {answer, Payload}, work()
    end.
