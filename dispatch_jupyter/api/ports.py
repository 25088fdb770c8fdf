"""The TCP ports that agents' commands must not reach: the server's own, where prompts are answered, and kernels'."""

from jupyter_server.serverapp import ServerApp


def guarded_ports(serverapp: ServerApp) -> frozenset[int]:
    """The ports as they are now."""
    ports: set[object] = {serverapp.port}
    kernels = serverapp.kernel_manager
    for kernel_id in kernels.list_kernel_ids():
        connection = kernels.get_kernel(kernel_id).get_connection_info()
        ports |= {value for name, value in connection.items() if name.endswith("_port")}
    return frozenset(port for port in ports if isinstance(port, int) and port > 0)
