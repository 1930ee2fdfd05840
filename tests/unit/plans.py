"""Plans of components made of plain arguments, with all that is wrong as text."""

from typing import Any

from components.core.arguments import (
    ExternalNameServiceArgs,
    ExternalServiceArgs,
    MigratingServiceArgs,
    SelectorServiceArgs,
    typed,
)
from components.core.external_name_service import plan_external_name_service
from components.core.external_service import ExternalServicePlan, plan_external_service
from components.core.findings import Finding
from components.core.migrating_service import plan_migrating_service
from components.core.objects.service_manifest import ServicePlan
from components.core.selector_service import plan_selector_service

Found = list[Finding]


def external(
    args: dict[str, Any], name: str = "db", unknown: frozenset[str] = frozenset()
) -> tuple[ExternalServicePlan, Found]:
    findings: Found = []
    return plan_external_service(
        typed(ExternalServiceArgs, args), name, findings, unknown
    ), findings


def migrating(
    args: dict[str, Any], name: str = "db", unknown: frozenset[str] = frozenset()
) -> tuple[ExternalServicePlan, Found]:
    findings: Found = []
    return plan_migrating_service(
        typed(MigratingServiceArgs, args), name, findings, unknown
    ), findings


def selector(args: dict[str, Any], name: str = "web") -> tuple[ServicePlan, Found]:
    findings: Found = []
    return plan_selector_service(typed(SelectorServiceArgs, args), name, findings), findings


def alias(args: dict[str, Any], name: str = "api") -> tuple[ServicePlan, Found]:
    findings: Found = []
    return plan_external_name_service(
        typed(ExternalNameServiceArgs, args), name, findings
    ), findings


def texts(findings: Found) -> list[str]:
    return [str(finding) for finding in findings]
