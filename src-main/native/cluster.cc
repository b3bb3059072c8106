// Ranks on TensorFlow's own distributed runtime: starts this process's server of a cluster, and opens sessions on it.
//
// JavaScript calls startServer(definition, address) once, with a ServerDef (cluster-def.ts) and the one address to listen
// on; it returns the server's target. setSession(target, config) has the sessions that this thread opens from then on run
// on that target with that ConfigProto; an empty target brings back sessions of this process alone. tfjs-node's binding
// opens its sessions without options, so it is compiled with TF_NewSessionOptions renamed to the function here
// (binding-source.ts). Nothing changes for a process that starts no server.
//
// TensorFlow cannot end a server, and deleting one aborts the process: it lives as long as the process does.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <node_api.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>

#include "cluster.h"
#include "napi-calls.h"
#include "tensorflow/c/c_api.h"

#undef TF_NewSessionOptions
extern "C" TF_SessionOptions* TF_NewSessionOptions(void);

namespace {

// Of the sessions that the thread opens next.
thread_local std::string session_target;
thread_local std::string session_config;

// Where servers may listen: an IPv4 address, or an IPv6 one; all zero until a server is started.
in6_addr listening_address = IN6ADDR_ANY_INIT;
bool is_listening = false;

std::string bytes_argument(napi_env env, napi_value value) {
  void* data = nullptr;
  size_t length = 0;
  napi_get_typedarray_info(env, value, nullptr, &length, &data, nullptr, nullptr);
  return std::string(static_cast<char*>(data), length);
}

// Whether the text is an address; an IPv4 one is kept as IPv6 has it (::ffff:a.b.c.d).
bool parse_address(const std::string& text, in6_addr* address) {
  if (inet_pton(AF_INET6, text.c_str(), address) == 1) return true;
  return inet_pton(AF_INET6, ("::ffff:" + text).c_str(), address) == 1;
}

// startServer(definition: Uint8Array, address: string): string
napi_value start_server(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  const std::string definition = bytes_argument(env, arguments[0]);
  if (!parse_address(string_argument(env, arguments[1]), &listening_address)) {
    napi_throw_error(env, nullptr, "the address to listen on is neither of IPv4 nor of IPv6");
    return nullptr;
  }
  is_listening = true;
  TF_Status* status = TF_NewStatus();
  TF_Server* server = TF_NewServer(definition.data(), definition.size(), status);
  if (TF_GetCode(status) == TF_OK) TF_ServerStart(server, status);
  napi_value result = nullptr;
  if (TF_GetCode(status) == TF_OK) {
    napi_create_string_utf8(env, TF_ServerTarget(server), NAPI_AUTO_LENGTH, &result);
  } else {
    napi_throw_error(env, nullptr, TF_Message(status));
  }
  TF_DeleteStatus(status);
  return result;
}

// setSession(target: string, config: Uint8Array)
napi_value set_session(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr);
  session_target = string_argument(env, arguments[0]);
  session_config = bytes_argument(env, arguments[1]);
  return nullptr;
}

}  // namespace

void midbench_export_cluster(napi_env env, napi_value exports) {
  export_function(env, exports, "startServer", start_server);
  export_function(env, exports, "setSession", set_session);
}

// A target or a config that TensorFlow does not take is its error when the session opens.
extern "C" TF_SessionOptions* midbench_session_options() {
  TF_SessionOptions* options = TF_NewSessionOptions();
  if (session_target.empty()) return options;
  TF_SetTarget(options, session_target.c_str());
  TF_Status* status = TF_NewStatus();
  TF_SetConfig(options, session_config.data(), session_config.size(), status);
  TF_DeleteStatus(status);
  return options;
}

// TensorFlow's server listens on every interface, whatever address the cluster names, and runs what anyone sends it. Its
// call finds this function before libc's, since the binding is loaded with RTLD_DEEPBIND: every-interface becomes the one
// address that startServer was given.
extern "C" int bind(int socket, const sockaddr* address, socklen_t length) noexcept {
  if (is_listening && address->sa_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
    sockaddr_in6 narrowed;
    memcpy(&narrowed, address, sizeof narrowed);
    const in6_addr any = IN6ADDR_ANY_INIT;
    const bool is_any = memcmp(&narrowed.sin6_addr, &any, sizeof any) == 0;
    const bool is_any_of_four =
        IN6_IS_ADDR_V4MAPPED(&narrowed.sin6_addr) && narrowed.sin6_addr.s6_addr32[3] == 0;
    if (is_any || is_any_of_four) narrowed.sin6_addr = listening_address;
    return static_cast<int>(syscall(SYS_bind, socket, &narrowed, length));
  }
  if (is_listening && address->sa_family == AF_INET && length >= sizeof(sockaddr_in)) {
    sockaddr_in narrowed;
    memcpy(&narrowed, address, sizeof narrowed);
    const bool has_four = IN6_IS_ADDR_V4MAPPED(&listening_address);
    if (narrowed.sin_addr.s_addr == 0 && has_four) narrowed.sin_addr.s_addr = listening_address.s6_addr32[3];
    return static_cast<int>(syscall(SYS_bind, socket, &narrowed, length));
  }
  return static_cast<int>(syscall(SYS_bind, socket, address, length));
}
