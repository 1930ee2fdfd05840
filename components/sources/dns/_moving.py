"""Host names whose addresses are known to change: managed databases, load balancers, CDNs."""

from collections.abc import Mapping

__all__ = ["owner_of"]

_OWNERS: Mapping[str, tuple[str, ...]] = {
    "Amazon RDS": ("rds.amazonaws.com", "rds.amazonaws.com.cn"),
    "Amazon ElastiCache": ("cache.amazonaws.com", "cache.amazonaws.com.cn"),
    "Amazon MemoryDB": ("memorydb.*.amazonaws.com",),
    "Amazon DocumentDB": ("docdb.amazonaws.com",),
    "Amazon Neptune": ("neptune.amazonaws.com",),
    "Amazon Redshift": ("redshift.amazonaws.com", "redshift-serverless.amazonaws.com"),
    "Amazon DynamoDB Accelerator": ("dax-clusters.*.amazonaws.com",),
    "Amazon MSK": ("kafka.*.amazonaws.com", "kafka-serverless.*.amazonaws.com"),
    "Amazon MQ": ("mq.*.amazonaws.com", "mq.*.on.aws"),
    "Amazon OpenSearch": ("es.amazonaws.com", "aoss.amazonaws.com", "es.*.on.aws"),
    "Amazon S3": ("s3.amazonaws.com", "s3.*.amazonaws.com"),
    "Amazon API Gateway": ("execute-api.*.amazonaws.com",),
    "AWS Lambda": ("lambda-url.*.on.aws",),
    "AWS Elastic Load Balancing": (
        "elb.amazonaws.com",
        "elb.amazonaws.com.cn",
        "elb.*.amazonaws.com",
        "elb.*.amazonaws.com.cn",
    ),
    "Amazon CloudFront": ("cloudfront.net",),
    "Azure SQL": ("database.windows.net",),
    "Azure Database": ("database.azure.com",),
    "Azure Cache for Redis": ("redis.cache.windows.net", "redis.azure.net"),
    "Azure Cosmos DB": ("documents.azure.com", "cosmos.azure.com"),
    "Azure Service Bus": ("servicebus.windows.net",),
    "Azure Storage": ("core.windows.net",),
    "Azure AI Search": ("search.windows.net",),
    "Azure Key Vault": ("vault.azure.net",),
    "Azure App Service": ("azurewebsites.net",),
    "Azure Container Apps": ("azurecontainerapps.io",),
    "Azure API Management": ("azure-api.net",),
    "Azure Front Door": ("azurefd.net", "azureedge.net"),
    "Azure Traffic Manager": ("trafficmanager.net",),
    "Google Cloud SQL": ("sql.goog",),
    "Google AlloyDB": ("alloydb.goog",),
    "Google APIs": ("googleapis.com",),
    "Google Cloud Run": ("run.app",),
    "Google Cloud Functions": ("cloudfunctions.net",),
    "Google App Engine": ("appspot.com",),
    "DigitalOcean Managed Databases": ("db.ondigitalocean.com",),
    "MongoDB Atlas": ("mongodb.net",),
    "Aiven": ("aivencloud.com",),
    "Confluent Cloud": ("confluent.cloud",),
    "Elastic Cloud": ("elastic-cloud.com",),
    "Redis Cloud": ("redislabs.com", "redis-cloud.com"),
    "Upstash": ("upstash.io",),
    "Neon": ("neon.tech",),
    "Supabase": ("supabase.co", "supabase.com"),
    "PlanetScale": ("psdb.cloud",),
    "CockroachDB Cloud": ("cockroachlabs.cloud",),
    "ClickHouse Cloud": ("clickhouse.cloud",),
    "Timescale Cloud": ("tsdb.cloud.timescale.com",),
    "Snowflake": ("snowflakecomputing.com",),
    "Cloudflare": ("cdn.cloudflare.net", "pages.dev", "workers.dev"),
    "Fastly": ("fastly.net",),
    "Akamai": ("akamaiedge.net", "edgekey.net", "edgesuite.net", "akamai.net"),
    "Heroku": ("herokuapp.com", "herokudns.com"),
    "Netlify": ("netlify.app",),
    "Vercel": ("vercel.app", "vercel-dns.com"),
}
"""The suffixes of host names by operator; `*` matches one label, such as a region."""


def owner_of(host: str) -> str:
    """Return the operator of a host name whose addresses change, or an empty text for others."""
    labels = host.rstrip(".").lower().split(".")
    for owner, suffixes in _OWNERS.items():
        if any(_ends_with(labels, suffix.split(".")) for suffix in suffixes):
            return owner
    return ""


def _ends_with(labels: list[str], suffix: list[str]) -> bool:
    tail = labels[-len(suffix) :]
    return len(tail) == len(suffix) and all(
        wanted in ("*", label) for wanted, label in zip(suffix, tail, strict=True)
    )
