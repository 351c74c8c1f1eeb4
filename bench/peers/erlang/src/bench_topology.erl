%% Rows W8 and W9: a token through a ring, and a tree of processes that adds up its leaves.
-module(bench_topology).

-export([ring/1, skynet/1, branch/3]).

-import(bench_sampling, [now_ns/0, series/1]).

-define(RING_SIZE, 10000).
-define(BRANCHES, 10).

%% W8: the token is the number of hops that are left.
-spec ring(ordered | shuffled) -> bench_sampling:workload().
ring(Order) ->
    Ledger = bench_ledger:new(),
    Driver = self(),
    Nodes = [spawn_link(fun() -> receive {next, Next} -> node(Next, 0, 0, Driver, Ledger) end end)
             || _ <- lists:seq(1, ?RING_SIZE)],
    [First | Rest] = Route = in_order(Order, Nodes),
    lists:zipwith(fun(Node, Next) -> Node ! {next, Next} end, Route, Rest ++ [First]),
    fun(Operations) ->
        Start = now_ns(),
        First ! Operations - 1,
        receive arrived -> ok end,
        Elapsed = now_ns() - Start,
        bench_ledger:open(Ledger, ?RING_SIZE),
        [Node ! report || Node <- Nodes],
        {Elapsed, bench_ledger:settle(Ledger), series(Operations)}
    end.

%% Whether a node's neighbour is also its neighbour in memory.
in_order(ordered, Nodes) ->
    Nodes;
in_order(shuffled, Nodes) ->
    bench_random:shuffle(Nodes).

node(Next, Count, Sum, Driver, Ledger) ->
    receive
        0 ->
            Driver ! arrived,
            node(Next, Count + 1, Sum, Driver, Ledger);
        report ->
            bench_ledger:post(Ledger, {Count, Sum}),
            node(Next, 0, 0, Driver, Ledger);
        Left ->
            Next ! Left - 1,
            node(Next, Count + 1, Sum + Left, Driver, Ledger)
    end.

%% W9: a ten-ary tree; every process spawns its children, adds their answers and tells its parent.
%% An operation is one whole tree.
-spec skynet(bench:request()) -> bench_sampling:workload().
skynet(#{actors := Leaves}) ->
    {_, Total} = series(Leaves),
    fun(Operations) ->
        Start = now_ns(),
        Received = grow(Operations, Leaves, 0, 0),
        {now_ns() - Start, Received, {Operations, Operations * Total}}
    end.

grow(0, _, Count, Sum) ->
    {Count, Sum};
grow(Left, Leaves, Count, Sum) ->
    spawn_link(?MODULE, branch, [self(), 0, Leaves]),
    receive
        Total -> grow(Left - 1, Leaves, Count + 1, Sum + Total)
    end.

%% Spawned by name and arguments, which is cheaper than by a fun.
-spec branch(pid(), non_neg_integer(), non_neg_integer()) -> non_neg_integer().
branch(Parent, First, Leaves) when Leaves =< 1 ->
    Parent ! First;
branch(Parent, First, Leaves) ->
    Share = Leaves div ?BRANCHES,
    [spawn(?MODULE, branch, [self(), First + Child * Share, Share])
     || Child <- lists:seq(0, ?BRANCHES - 1)],
    Parent ! gather(?BRANCHES, 0).

gather(0, Total) ->
    Total;
gather(Left, Total) ->
    receive
        Answer -> gather(Left - 1, Total + Answer)
    end.
