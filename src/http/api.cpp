#include "http/api.hpp"

#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "http/crash_json.hpp"
#include "http/event_json.hpp"
#include "http/json.hpp"
#include "http/supervisor_json.hpp"

namespace troupe {
namespace {

HttpReply json_reply(std::string_view json) {
  HttpReply reply;
  reply.body = to_bytes(json);
  return reply;
}

// Accepted or done, with nothing to say about it.
HttpReply empty_reply(int status) {
  HttpReply reply;
  reply.status = status;
  reply.content_type = {};
  return reply;
}

HttpReply error_reply(Error error) { return reply_of(problem_of(std::move(error))); }

std::function<void(Result<void>)> when_done(std::function<void(HttpReply)> reply) {
  return [reply = std::move(reply)](Result<void> result) {
    reply(result ? empty_reply(204) : error_reply(std::move(result).error()));
  };
}

}  // namespace

HttpReply reply_of(const Problem& problem) {
  HttpReply reply = json_reply(problem_json(problem));
  reply.status = problem.status;
  reply.content_type = problem_content_type;
  reply.allow = problem.allow;
  return reply;
}

bool takes_payload(Endpoint endpoint) {
  return endpoint == Endpoint::actor_send || endpoint == Endpoint::actor_request;
}

void Api::serve(const Route& route, BytesView payload, std::function<void(HttpReply)> done) {
  switch (route.endpoint) {
    case Endpoint::node_status:
      return done(json_reply(to_json(node_.status())));
    case Endpoint::node_stop: {
      HttpReply reply = empty_reply(202);
      reply.then = [&node = node_] { node.shut_down(); };
      return done(std::move(reply));
    }
    case Endpoint::actor_list:
      return done(list(route.query));
    case Endpoint::crash_list:
      return done(json_reply(to_json(node_.crashes(route.history))));
    case Endpoint::event_list:
      return done(json_reply(to_json(node_.events(route.history))));
    case Endpoint::supervisor_list:
      return node_.supervisors(
          [done = std::move(done)](const std::vector<SupervisorStatus>& supervisors) {
            done(json_reply(to_json(supervisors)));
          });
    case Endpoint::actor_status: {
      auto actor = node_.actor(route.name);
      return done(actor ? json_reply(to_json(*actor)) : error_reply(std::move(actor).error()));
    }
    case Endpoint::actor_send: {
      auto sent = node_.send(route.name, payload);
      return done(sent ? empty_reply(202) : error_reply(std::move(sent).error()));
    }
    case Endpoint::actor_kill: {
      auto killed = node_.kill(route.name);
      return done(killed ? empty_reply(202) : error_reply(std::move(killed).error()));
    }
    case Endpoint::actor_request:
      return node_.request(route.name, payload, route.time.value(),
                           [done = std::move(done)](Result<Bytes> answer) {
                             if (!answer) return done(error_reply(std::move(answer).error()));
                             HttpReply reply;
                             reply.content_type = "application/octet-stream";
                             reply.body = *std::move(answer);
                             done(std::move(reply));
                           });
    case Endpoint::actor_restart:
      return node_.restart(route.name, route.time, when_done(std::move(done)));
    case Endpoint::actor_stop:
      return node_.stop(route.name, route.time, when_done(std::move(done)));
  }
}

HttpReply Api::list(ActorQuery query) {
  const ActorList list = node_.actors(query);
  HttpReply reply = json_reply(to_json(list.actors));
  reply.more = list.more;
  if (list.more > 0 && !list.actors.empty()) {
    query.after = list.actors.back().name;
    reply.link = fmt::format("<{}>; rel=\"next\"", target_of(query));
  }
  return reply;
}

}  // namespace troupe
