%% Rows W1, W3, W4, W5 and W6: messages between processes that live through the measurement.
-module(bench_messaging).

-export([ping_pong/1, flood/2, fan_out/1, request_response/1, monitored_request/1]).

-import(bench_sampling, [now_ns/0, series/1, times/2]).

-define(ANSWER_LIMIT_MS, 5000).

%% W1: one message there and one back.
-spec ping_pong(bench:request()) -> bench_sampling:workload().
ping_pong(_) ->
    Ponger = spawn_link(fun pong/0),
    exchanges(fun(Operations) -> ping(Ponger, Operations, 0, 0) end).

pong() ->
    receive
        {From, Payload} -> From ! Payload, pong()
    end.

ping(_, 0, Count, Sum) ->
    {Count, Sum};
ping(Ponger, Left, Count, Sum) ->
    Ponger ! {self(), Left - 1},
    receive
        Payload -> ping(Ponger, Left - 1, Count + 1, Sum + Payload)
    end.

%% A workload in which one fresh process, with a heap of its own, exchanges messages with others
%% and returns the tally of what came back.
exchanges(Exchange) ->
    fun(Operations) ->
        Driver = self(),
        Start = now_ns(),
        spawn_link(fun() -> Driver ! {exchanged, Exchange(Operations)} end),
        receive
            {exchanged, Received} -> {now_ns() - Start, Received, series(Operations)}
        end
    end.

%% W3 and W4: one or many senders, one receiver.
-spec flood(pos_integer(), bench:request()) -> bench_sampling:workload().
flood(Senders, #{config := Config}) ->
    Ledger = bench_ledger:new(),
    Where = case lists:suffix("-off-heap", Config) of
                true -> off_heap;
                false -> on_heap
            end,
    Sink = spawn_opt(fun() -> sink(Senders, 0, 0, 0, Ledger) end,
                     [link, {message_queue_data, Where}]),
    fun(Operations) ->
        Share = (Operations + Senders - 1) div Senders,
        bench_ledger:open(Ledger, 1),
        Start = now_ns(),
        [spawn_link(fun() -> pour(Sink, Share) end) || _ <- lists:seq(1, Senders)],
        Received = bench_ledger:settle(Ledger),
        {now_ns() - Start, Received, times(series(Share), Senders)}
    end.

%% Senders count down, so a zero is the last payload of one of them: when all have said it, the
%% sink acknowledges and starts again.
sink(Senders, Finished, Count, Sum, Ledger) ->
    receive
        0 when Finished + 1 =:= Senders ->
            bench_ledger:post(Ledger, {Count + 1, Sum}),
            sink(Senders, 0, 0, 0, Ledger);
        0 ->
            sink(Senders, Finished + 1, Count + 1, Sum, Ledger);
        Left ->
            sink(Senders, Finished, Count + 1, Sum + Left, Ledger)
    end.

pour(_, 0) ->
    ok;
pour(Sink, Left) ->
    Sink ! Left - 1,
    pour(Sink, Left - 1).

%% W5: one publisher, many subscribers; an operation is one delivery.
-spec fan_out(pos_integer()) -> bench_sampling:workload().
fan_out(Width) ->
    Ledger = bench_ledger:new(),
    Subscribers = [spawn_link(fun() -> sink(1, 0, 0, 0, Ledger) end)
                   || _ <- lists:seq(1, Width)],
    fun(Operations) ->
        Rounds = (Operations + Width - 1) div Width,
        bench_ledger:open(Ledger, Width),
        Start = now_ns(),
        publish(Subscribers, Rounds),
        Received = bench_ledger:settle(Ledger),
        {now_ns() - Start, Received, times(series(Rounds), Width)}
    end.

publish(_, 0) ->
    ok;
publish(Subscribers, Left) ->
    [Subscriber ! Left - 1 || Subscriber <- Subscribers],
    publish(Subscribers, Left - 1).

%% W6: a question with a reference that marks its answer; the caller waits for ever.
-spec request_response(bench:request()) -> bench_sampling:workload().
request_response(_) ->
    Server = spawn_link(fun serve/0),
    exchanges(fun(Operations) -> ask(Server, Operations, 0, 0) end).

%% W6/timeout: what gen_server:call does. The monitor tells of a dead server, and its alias drops
%% an answer that comes after the limit.
-spec monitored_request(bench:request()) -> bench_sampling:workload().
monitored_request(_) ->
    Server = spawn_link(fun serve/0),
    exchanges(fun(Operations) -> ask_monitored(Server, Operations, 0, 0) end).

serve() ->
    receive
        {call, {Caller, Mark}, Payload} -> Caller ! {Mark, Payload}, serve()
    end.

ask(_, 0, Count, Sum) ->
    {Count, Sum};
ask(Server, Left, Count, Sum) ->
    Mark = make_ref(),
    Server ! {call, {self(), Mark}, Left - 1},
    receive
        {Mark, Payload} -> ask(Server, Left - 1, Count + 1, Sum + Payload)
    end.

ask_monitored(_, 0, Count, Sum) ->
    {Count, Sum};
ask_monitored(Server, Left, Count, Sum) ->
    Mark = erlang:monitor(process, Server, [{alias, reply_demonitor}]),
    Server ! {call, {Mark, Mark}, Left - 1},
    receive
        {Mark, Payload} ->
            ask_monitored(Server, Left - 1, Count + 1, Sum + Payload);
        {'DOWN', Mark, process, Server, Reason} ->
            exit(Reason)
    after ?ANSWER_LIMIT_MS ->
        exit(timeout)
    end.
