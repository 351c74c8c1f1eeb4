%% Where receivers acknowledge: each posts its tally once per run, the last one tells the owner.
%%
%% Three atomic additions per receiver are cheaper than a message to the driver, so that
%% acknowledging 10,000 subscribers does not show up in the time per delivery.
-module(bench_ledger).

-export([new/0, open/2, post/2, settle/1]).
-export_type([ledger/0]).

-opaque ledger() :: {pid(), atomics:atomics_ref()}.

-define(OPEN, 1).
-define(COUNT, 2).
-define(SUM, 3).

%% The caller is the owner.
-spec new() -> ledger().
new() ->
    {self(), atomics:new(3, [])}.

%% Called before the first message of a run, with the number of receivers that will post.
-spec open(ledger(), pos_integer()) -> ok.
open({_, Cells}, Receivers) ->
    atomics:put(Cells, ?OPEN, Receivers).

-spec post(ledger(), bench_sampling:tally()) -> ok.
post({Owner, Cells}, {Count, Sum}) ->
    atomics:add(Cells, ?COUNT, Count),
    atomics:add(Cells, ?SUM, Sum),
    case atomics:sub_get(Cells, ?OPEN, 1) of
        0 -> Owner ! settled, ok;
        _ -> ok
    end.

%% Waits until every receiver has posted and takes what they posted.
-spec settle(ledger()) -> bench_sampling:tally().
settle({_, Cells}) ->
    receive settled -> ok end,
    {atomics:exchange(Cells, ?COUNT, 0), atomics:exchange(Cells, ?SUM, 0)}.
