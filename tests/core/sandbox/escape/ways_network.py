"""Ways to ports and sockets."""
# system calls, as directly as they can be made
# ruff: noqa: PTH211

import ctypes
import os
import socket
import struct

from tries import hole, libc, shell


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
def port_ipv6_with_a_flow(world):
    with socket.socket(socket.AF_INET6) as connection:
        connection.settimeout(3)
        connection.connect(("::1", world["port"], 77, 1))
        return _http(connection, world)


@hole
def port_from_a_descriptor_that_was_another(world):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as harmless, socket.socket() as connection:
        harmless.connect(("127.0.0.1", world["port"]))
        os.dup2(connection.fileno(), harmless.fileno())
        harmless.connect(("127.0.0.1", world["port"]))
        return _http(harmless, world)


@hole
def port_after_letting_go(world):
    with socket.create_connection(("127.0.0.1", world["other_port"])) as connection:
        libc.connect(connection.fileno(), bytes(16), 16)
        connection.connect(("127.0.0.1", world["port"]))
        return _http(connection, world)


@hole
def port_bound_without_a_family(world):
    with socket.socket() as listener:
        address = struct.pack("=HH12x", socket.AF_UNSPEC, socket.htons(world["port"]))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if libc.bind(listener.fileno(), address, len(address)):
            raise OSError(ctypes.get_errno(), "bind")
    return "bound"


@hole
def port_by_a_message_on_a_socket_that_waits_for_one(world):
    with socket.socket() as connection:
        connection.setsockopt(socket.IPPROTO_TCP, 30, 1)
        connection.connect(("127.0.0.1", world["other_port"]))
        connection.sendto(b"hello", ("127.0.0.1", world["port"]))
        connection.settimeout(3)
        said = connection.recv(10).decode()
    return None if said == "other" else said


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


def _unix(path, kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_UNIX, kind) as connection:
        connection.connect(path)
        return connection.recv(10).decode()


@hole
def unix_socket_by_a_link(world):
    os.symlink(world["unix"], "link.sock")
    return _unix("link.sock")


@hole
def unix_socket_by_another_name(world):
    os.link(world["unix"], "hard.sock")
    return _unix("hard.sock")


@hole
def unix_socket_by_a_descriptor(world):
    there = os.open(world["unix"], os.O_PATH)
    return _unix(f"/proc/self/fd/{there}")


@hole
def unix_socket_by_a_root(world):
    return _unix("/proc/self/root" + world["unix"])


@hole
def unix_socket_of_messages(world):
    return _unix(world["unix"], socket.SOCK_SEQPACKET)


@hole
def unix_message_without_connecting(world):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.sendto(b"x", world["unix"])
    return "sent"


@hole
def unix_message_without_connecting_in_packets(world):
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.sendto(b"x", world["unix"])
    return "sent"


@hole
def unix_datagram(world):
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        with socket.socket(socket.AF_UNIX, kind) as connection:
            connection.sendto(b"x", world["datagram"])
    return "sent"


@hole
def unix_socket_of_an_abstract_name(world):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("\0dispatch-own")
    return "bound"


@hole
def unix_socket_named_by_the_kernel(world):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("")
    return "bound"


@hole
def unix_socket_made_outside(world):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(world["outside"] + "/made.sock")
    return "bound"


@hole
def unix_socket_made_outside_by_a_link(world):
    os.symlink(world["outside"], "way-out")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("way-out/made.sock")
    return "bound"


@hole
def unix_socket_made_at_a_link(world):
    os.symlink(world["outside"] + "/made.sock", "dangling.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("dangling.sock")
    return "bound"


@hole
def unix_socket_made_in_a_folder_that_is_open(world):
    there = os.open(world["outside"], os.O_PATH)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"/proc/self/fd/{there}/made.sock")
    return "bound"
