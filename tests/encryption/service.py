"""The server's own gRPC encryption service, alone, on the port given; it ends with its input."""

import asyncio
import sys

from langgraph_api.grpc.server import start_python_grpc_server, stop_python_grpc_server


async def main(port: int) -> None:
    await start_python_grpc_server(port, "127.0.0.1")
    print("READY", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await stop_python_grpc_server(0.1)


asyncio.run(main(int(sys.argv[1])))
