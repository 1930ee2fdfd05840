"""The ports of well-known servers.

Numbers come from the IANA Service Name and Transport Protocol Port Number Registry, or, for servers
that it lacks, from the vendor's documentation, which a comment names. `app_protocol` is set to the
IANA service name where Kubernetes accepts it (KEP-1507).
"""

from collections.abc import Mapping, Sequence

from .arguments import PortArgs


def _port(name: str, port: int, app_protocol: str | None = None) -> PortArgs:
    return PortArgs(name=name, port=port, app_protocol=app_protocol)


PRESETS: Mapping[str, tuple[PortArgs, ...]] = {
    "postgres": (_port("postgres", 5432, "postgresql"),),
    "mysql": (_port("mysql", 3306, "mysql"),),
    "mariadb": (_port("mariadb", 3306, "mysql"),),
    "mssql": (_port("mssql", 1433, "ms-sql-s"),),
    # Oracle Database Net Services Administrator's Guide: listener
    "oracle": (_port("oracle", 1521),),
    "mongodb": (_port("mongodb", 27017, "mongodb"),),
    "redis": (_port("redis", 6379, "redis"),),
    # redis.io, High availability with Redis Sentinel
    "redis-sentinel": (_port("redis-sentinel", 26379),),
    "memcached": (_port("memcached", 11211, "memcache"),),
    # kafka.apache.org, Broker Configs: listeners
    "kafka": (_port("kafka", 9092),),
    # zookeeper.apache.org, Administrator's Guide: clientPort
    "zookeeper": (_port("zookeeper", 2181),),
    "rabbitmq": (_port("amqp", 5672, "amqp"),),
    # docs.nats.io, NATS Server: client port
    "nats": (_port("nats", 4222),),
    # elastic.co, Networking settings: http.port and transport.port
    "elasticsearch": (_port("http", 9200, "http"), _port("transport", 9300)),
    # docs.opensearch.org, Network settings: http.port and transport.port
    "opensearch": (_port("http", 9200, "http"), _port("transport", 9300)),
    # cassandra.apache.org, cassandra.yaml: native_transport_port
    "cassandra": (_port("cql", 9042),),
    # clickhouse.com, Network ports
    "clickhouse": (_port("http", 8123, "http"), _port("native", 9000)),
    "etcd": (_port("etcd-client", 2379, "etcd-client"),),
    # developer.hashicorp.com/consul, Required Ports: HTTP API
    "consul": (_port("http", 8500, "http"),),
    # developer.hashicorp.com/vault, TCP listener: address
    "vault": (_port("vault", 8200),),
    "ldap": (_port("ldap", 389, "ldap"),),
    "ldaps": (_port("ldaps", 636, "ldaps"),),
    "smtp": (_port("smtp", 25, "smtp"),),
    "submission": (_port("submission", 587, "submission"),),
    "http": (_port("http", 80, "http"),),
    "https": (_port("https", 443, "https"),),
    "ssh": (_port("ssh", 22, "ssh"),),
}
"""The ports of each preset, by its name."""


def ports_by_path(ports: Sequence[PortArgs], preset: str | None = None) -> dict[str, PortArgs]:
    """Return `ports` and the ports of `preset` together, by the path of their argument.

    A port of `ports` replaces the preset's port of the same name.
    """
    overridden = {port.name for port in ports}
    kept = [port for port in PRESETS[preset] if port.name not in overridden] if preset else []
    return {
        **{f"preset[{port.name}]": port for port in kept},
        **{f"ports[{index}]": port for index, port in enumerate(ports)},
    }
