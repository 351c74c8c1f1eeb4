%% Row W14: finding a process by its name in an ETS table, from one and from two processes.
-module(bench_registry).

-export([look_ups/2]).

-import(bench_sampling, [now_ns/0]).

%% The place of the id in an entry {Name, Pid, Id}. Taking one element is cheaper than copying all.
-define(ID, 3).

%% A run goes on where the last one ended, or short runs would find the few names of all runs in
%% the cache.
-spec look_ups(pos_integer(), pos_integer()) -> bench_sampling:workload().
look_ups(Size, Count) ->
    Table = fill(Size),
    Ledger = bench_ledger:new(),
    Shuffled = bench_random:shuffle(lists:seq(0, Size - 1)),
    Readers = [start_reader(Reader, turned(Shuffled, (Reader - 1) * Size div Count), Table, Ledger)
               || Reader <- lists:seq(1, Count)],
    fun(Operations) ->
        Share = (Operations + Count - 1) div Count,
        bench_ledger:open(Ledger, Count),
        Start = now_ns(),
        [Reader ! {look_up, Share} || Reader <- Readers],
        Found = bench_ledger:settle(Ledger),
        Elapsed = now_ns() - Start,
        [Reader ! {expected, self(), Share} || Reader <- Readers],
        Parts = [receive {Reader, Part} -> Part end || Reader <- Readers],
        {Elapsed, Found, lists:foldl(fun bench_sampling:merge/2, {0, 0}, Parts)}
    end.

fill(Size) ->
    Table = ets:new(registry, [set, protected, {read_concurrency, true}]),
    [ets:insert(Table, {name(Id), self(), Id}) || Id <- lists:seq(0, Size - 1)],
    Table.

-spec name(non_neg_integer()) -> binary().
name(Id) ->
    <<"component-", (integer_to_binary(Id))/binary>>.

%% Each reader starts at another place of the same round of names.
turned(List, Distance) ->
    {Before, From} = lists:split(Distance, List),
    From ++ Before.

%% A reader asks for every name in random order. The names were created in that order, so that the
%% misses are the table's; as constants they are neither copied nor collected.
start_reader(Reader, Ids, Table, Ledger) ->
    persistent_term:put({?MODULE, Reader}, {[name(Id) || Id <- Ids], Ids}),
    spawn_link(fun() -> read([], [], Reader, Table, Ledger) end).

%% Names and Ids are what is left of the current round.
read(Names, Ids, Reader, Table, Ledger) ->
    {AllNames, AllIds} = persistent_term:get({?MODULE, Reader}),
    receive
        {look_up, Share} ->
            {Rest, Found} = look_up(Names, AllNames, Table, Share, 0, 0),
            bench_ledger:post(Ledger, Found),
            read(Rest, Ids, Reader, Table, Ledger);
        {expected, Driver, Share} ->
            {Rest, Expected} = add_up(Ids, AllIds, Share, 0, 0),
            Driver ! {self(), Expected},
            read(Names, Rest, Reader, Table, Ledger)
    end.

look_up(Names, _, _, 0, Count, Sum) ->
    {Names, {Count, Sum}};
look_up([], All, Table, Left, Count, Sum) ->
    look_up(All, All, Table, Left, Count, Sum);
look_up([Name | Rest], All, Table, Left, Count, Sum) ->
    Id = ets:lookup_element(Table, Name, ?ID),
    look_up(Rest, All, Table, Left - 1, Count + 1, Sum + Id).

add_up(Ids, _, 0, Count, Sum) ->
    {Ids, {Count, Sum}};
add_up([], All, Left, Count, Sum) ->
    add_up(All, All, Left, Count, Sum);
add_up([Id | Rest], All, Left, Count, Sum) ->
    add_up(Rest, All, Left - 1, Count + 1, Sum + Id).
