"""Ways to ports and sockets."""
# system calls, as directly as they can be made

import socket

from tries import hole, shell


def _http(connection, world):
    connection.settimeout(3)
    connection.sendall(b"hello")
    return connection.recv(10).decode()


def _connect(family, address, world):
    with socket.socket(family) as connection:
        connection.settimeout(3)
        connection.connect((address, world["port"]))
        return _http(connection, world)


@hole
def port(world):
    return _connect(socket.AF_INET, "127.0.0.1", world)


@hole
def port_on_any_address(world):
    return _connect(socket.AF_INET, "0.0.0.0", world)


@hole
def port_ipv6(world):
    return _connect(socket.AF_INET6, "::1", world)


@hole
def port_mapped(world):
    return _connect(socket.AF_INET6, "::ffff:127.0.0.1", world)


@hole
def port_fast_open(world):
    with socket.socket() as connection:
        connection.settimeout(3)
        connection.sendto(b"hello", 0x20000000, ("127.0.0.1", world["port"]))
        return connection.recv(10).decode()


@hole
def port_fast_open_message(world):
    with socket.socket() as connection:
        connection.settimeout(3)
        connection.sendmsg([b"hello"], [], 0x20000000, ("127.0.0.1", world["port"]))
        return connection.recv(10).decode()


@hole
def port_fast_open_option(world):
    with socket.socket() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, 30, 1)
        connection.connect(("127.0.0.1", world["port"]))
        return _http(connection, world)


@hole
def port_mptcp(world):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262) as connection:
        connection.connect(("127.0.0.1", world["port"]))
        return _http(connection, world)


@hole
def port_bash(world):
    return shell(f"exec 3<>/dev/tcp/127.0.0.1/{world['port']} && echo hello >&3 && head -c 3 <&3").stdout


@hole
def port_bound_on_another_address(world):
    with socket.socket() as listener:
        listener.bind(("127.0.0.77", world["port"]))
        listener.listen()
    return "bound"


@hole
def port_bound_ipv6(world):
    with socket.socket(socket.AF_INET6) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("::1", world["port"]))
    return "bound"


@hole
def sctp_socket(world):
    socket.socket(socket.AF_INET, socket.SOCK_SEQPACKET).close()
    return "made"


@hole
def packet_socket(world):
    socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM).close()
    return "made"


@hole
def machine_socket(world):
    socket.socket(40, socket.SOCK_STREAM).close()
    return "made"


@hole
def crypto_socket(world):
    socket.socket(38, socket.SOCK_SEQPACKET).close()
    return "made"


@hole
def audit_socket(world):
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 9).close()
    return "made"


@hole
def unix_socket(world):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(world["unix"])
        return connection.recv(10).decode()


@hole
def abstract_socket(world):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect("\0" + world["abstract"])
        return connection.recv(10).decode()


@hole
def unix_datagram_through_a_pair(world):
    ours, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    ours.sendto(b"x", world["datagram"])
    return "sent"
