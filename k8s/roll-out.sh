#!/usr/bin/env bash
# Bring a cluster to an overlay: settings, then migrations, then the new pods, without downtime.
# Where new pods don't become ready, the former ones come back; the migrated schema stays.
#   k8s/roll-out.sh k8s/overlays/production
set -euo pipefail
overlay=$1
minutes=15m
workloads=(deployment/auth-service deployment/patient-service statefulset/torchserve deployment/gateway deployment/web)

template() { # workload: what its pods are made from; nothing before the first roll-out
    kubectl get "$1" --namespace dermis --ignore-not-found --output 'jsonpath={.spec.template}'
}

undo() { # the workloads that this roll-out has changed
    local workload
    for workload in "${workloads[@]}"; do
        if [[ -n ${before[$workload]} && $(template "$workload") != "${before[$workload]}" ]]; then
            kubectl rollout undo "$workload" --namespace dermis
        fi
    done
}

kubectl kustomize "$overlay" > /dev/null # a mistake shows before anything changes
kubectl apply -k "$overlay" --selector 'dermis/step=settings'
# A Job can't be changed, and the last release's has done its work.
kubectl delete jobs --namespace dermis --selector 'dermis/step=migrate' --ignore-not-found --wait
kubectl apply -k "$overlay" --selector 'dermis/step=migrate'
kubectl wait jobs --namespace dermis --selector 'dermis/step=migrate' --for=condition=complete --timeout="$minutes"
declare -A before
for workload in "${workloads[@]}"; do
    before[$workload]=$(template "$workload")
done
kubectl apply -k "$overlay"
for workload in "${workloads[@]}"; do
    if ! kubectl rollout status "$workload" --namespace dermis --timeout="$minutes"; then
        echo "$workload did not become ready: going back to what ran before." >&2
        undo
        exit 1
    fi
done
