%% Shuffles that every run repeats.
-module(bench_random).

-export([shuffle/1]).

-spec shuffle([Element]) -> [Element].
shuffle(List) ->
    {Keyed, _} = lists:mapfoldl(
        fun(Element, State) ->
            {Key, Next} = rand:uniform_s(1 bsl 58, State),
            {{Key, Element}, Next}
        end,
        rand:seed_s(exsss, 14),
        List),
    [Element || {_, Element} <- lists:keysort(1, Keyed)].
