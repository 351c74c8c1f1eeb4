%% Row W14: finding a process by its name in an ETS table, from one and from two processes.
-module(bench_registry).

-export([look_ups/2]).

-import(bench_sampling, [now_ns/0, series/1, times/2, merge/2]).

%% The place of the id in an entry {Name, Pid, Id}. Taking one element is cheaper than copying all.
-define(ID, 3).

%% What every reader needs, kept as a constant that processes share instead of copying it.
-record(directory, {
    table :: ets:tid(),
    %% Every name once, in random order, created in that order: the misses are the table's.
    names :: [binary()],
    ids :: [non_neg_integer()],
    size :: pos_integer()
}).

-spec look_ups(pos_integer(), pos_integer()) -> bench_sampling:workload().
look_ups(Size, Readers) ->
    fill(Size, Readers),
    Ledger = bench_ledger:new(),
    fun(Operations) ->
        Share = (Operations + Readers - 1) div Readers,
        bench_ledger:open(Ledger, Readers),
        Start = now_ns(),
        [spawn_link(fun() -> read(Reader, Share, Ledger) end) || Reader <- lists:seq(1, Readers)],
        Found = bench_ledger:settle(Ledger),
        Elapsed = now_ns() - Start,
        Expected = lists:foldl(fun(Reader, Sum) -> merge(expected(Reader, Share), Sum) end,
                               {0, 0}, lists:seq(1, Readers)),
        {Elapsed, Found, Expected}
    end.

%% Each reader starts at another place of the same round of names.
fill(Size, Readers) ->
    Table = ets:new(registry, [set, protected, {read_concurrency, true}]),
    Ids = lists:seq(0, Size - 1),
    [ets:insert(Table, {name(Id), self(), Id}) || Id <- Ids],
    Shuffled = bench_random:shuffle(Ids),
    [begin
         {Before, From} = lists:split((Reader - 1) * Size div Readers, Shuffled),
         Turned = From ++ Before,
         persistent_term:put({?MODULE, Reader},
                             #directory{table = Table, names = [name(Id) || Id <- Turned],
                                        ids = Turned, size = Size})
     end || Reader <- lists:seq(1, Readers)].

-spec name(non_neg_integer()) -> binary().
name(Id) ->
    <<"component-", (integer_to_binary(Id))/binary>>.

read(Reader, Share, Ledger) ->
    #directory{table = Table, names = Names} = persistent_term:get({?MODULE, Reader}),
    bench_ledger:post(Ledger, look_up(Names, Names, Table, Share, 0, 0)).

look_up(_, _, _, 0, Count, Sum) ->
    {Count, Sum};
look_up([], Names, Table, Left, Count, Sum) ->
    look_up(Names, Names, Table, Left, Count, Sum);
look_up([Name | Rest], Names, Table, Left, Count, Sum) ->
    Id = ets:lookup_element(Table, Name, ?ID),
    look_up(Rest, Names, Table, Left - 1, Count + 1, Sum + Id).

-spec expected(pos_integer(), pos_integer()) -> bench_sampling:tally().
expected(Reader, Share) ->
    #directory{ids = Ids, size = Size} = persistent_term:get({?MODULE, Reader}),
    Rest = lists:sublist(Ids, Share rem Size),
    merge(times(series(Size), Share div Size), {length(Rest), lists:sum(Rest)}).
