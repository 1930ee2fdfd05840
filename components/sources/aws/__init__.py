"""Backends from AWS: EC2, Auto Scaling, Elastic Load Balancing, ECS, Cloud Map and RDS.

Needs boto3 (`pip install 'k8s-endpoints[aws]'`), which finds credentials and region as usual: the
environment, the profile, the role of the machine. For another region or account, pass a session:
`instances(tags, session=boto3.Session(profile_name="shop", region_name="eu-west-1"))`.
"""

from ._ask import Tags
from ._balancers import load_balancer, target_group
from ._ec2 import auto_scaling_group, elastic_ips, instances, network_interfaces
from ._services import cloud_map, ecs_tasks, rds

__all__ = [
    "Tags",
    "auto_scaling_group",
    "cloud_map",
    "ecs_tasks",
    "elastic_ips",
    "instances",
    "load_balancer",
    "network_interfaces",
    "rds",
    "target_group",
]
