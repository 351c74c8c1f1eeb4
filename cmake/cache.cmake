# The user's folder for what survives a build, and is never needed: compiled crates, the Python
# packages of the oracles. ./dev knows the same place.

if(DEFINED ENV{TROUPE_CACHE_DIR})
  set(TROUPE_CACHE "$ENV{TROUPE_CACHE_DIR}")
elseif(DEFINED ENV{XDG_CACHE_HOME})
  set(TROUPE_CACHE "$ENV{XDG_CACHE_HOME}/troupe")
else()
  set(TROUPE_CACHE "$ENV{HOME}/.cache/troupe")
endif()
