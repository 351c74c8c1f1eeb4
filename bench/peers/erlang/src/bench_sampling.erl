%% Flat sampling: every sample of a row runs the same number of operations.
-module(bench_sampling).

-export([measure/3, now_ns/0, series/1, times/2, merge/2]).
-export_type([pace/0, tally/0, workload/0]).

%% What receivers saw: how many messages, and the sum of their payloads.
-type tally() :: {Count :: non_neg_integer(), Sum :: non_neg_integer()}.

%% A row that is set up once and run many times; set-up and clean-up stay outside the elapsed
%% time. The count of what it expects is the number of operations: a workload may round up.
-type workload() ::
    fun((Operations :: pos_integer()) ->
            {ElapsedNs :: integer(), Received :: tally(), Expected :: tally()}
            | {bytes, float()}).

%% flat: many samples of the same size. whole_runs: one long operation per sample, at most five.
%% once: one sample without warm-up, because only the first touch of memory counts.
-type pace() :: flat | whole_runs | once | bytes.

-define(MOST_WHOLE_RUNS, 5).

-spec measure(workload(), pace(), bench:request()) ->
          {bytes, float()} | {times, [{pos_integer(), integer()}], tally()}.
measure(Work, bytes, #{actors := Actors}) ->
    Work(Actors);
measure(Work, once, #{actors := Actors}) ->
    samples(Work, Actors, 1);
measure(Work, whole_runs, #{warmup_ms := WarmupMs, samples := Samples}) ->
    warm_up_whole(Work, WarmupMs * 1000000),
    samples(Work, 1, min(Samples, ?MOST_WHOLE_RUNS));
measure(Work, flat, Request) ->
    #{warmup_ms := WarmupMs, measure_ms := MeasureMs, samples := Samples} = Request,
    %% The first run also waits for processes that were spawned but have not run yet.
    checked(Work(1)),
    PerOperation = warm_up(Work, 1, WarmupMs * 1000000),
    Operations = round(MeasureMs * 1000000 / Samples / PerOperation),
    samples(Work, max(1, Operations), Samples).

samples(Work, Operations, Samples) ->
    Outcomes = [sample(Work, Operations) || _ <- lists:seq(1, Samples)],
    Received = lists:foldl(fun({_, Tally}, Sum) -> merge(Tally, Sum) end, {0, 0}, Outcomes),
    {times, [{Count, Elapsed} || {Elapsed, {Count, _}} <- Outcomes], Received}.

%% The garbage of one sample must not be collected in the time of the next.
sample(Work, Operations) ->
    erlang:garbage_collect(),
    checked(Work(Operations)).

checked({Elapsed, Tally, Tally}) -> {Elapsed, Tally};
checked({_, Received, Expected}) -> error({received, Received, expected, Expected}).

%% Nanoseconds per operation, taken from the last and largest run.
warm_up(Work, Operations, LeftNs) ->
    {Elapsed, {Count, _}} = checked(Work(Operations)),
    if Elapsed >= LeftNs -> max(1, Elapsed) / Count;
       true -> warm_up(Work, 2 * Operations, LeftNs - Elapsed)
    end.

warm_up_whole(Work, LeftNs) when LeftNs > 0 ->
    {Elapsed, _} = checked(Work(1)),
    warm_up_whole(Work, LeftNs - Elapsed);
warm_up_whole(_, _) ->
    ok.

-spec now_ns() -> integer().
now_ns() ->
    erlang:monotonic_time(nanosecond).

%% The tally of a receiver that got 0, 1, ..., Count - 1 in any order.
-spec series(non_neg_integer()) -> tally().
series(Count) ->
    {Count, Count * (Count - 1) div 2}.

-spec times(tally(), non_neg_integer()) -> tally().
times({Count, Sum}, Factor) ->
    {Count * Factor, Sum * Factor}.

-spec merge(tally(), tally()) -> tally().
merge({Count, Sum}, {OtherCount, OtherSum}) ->
    {Count + OtherCount, Sum + OtherSum}.
