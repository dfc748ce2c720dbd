#!/usr/bin/env bash
# Bring a cluster to an overlay: settings, then migrations, then the new pods, without downtime.
#   k8s/roll-out.sh k8s/overlays/production
set -euo pipefail
overlay=$1
minutes=15m

kubectl kustomize "$overlay" > /dev/null # a mistake shows before anything changes
kubectl apply -k "$overlay" --selector 'dermis/step=settings'
# A Job can't be changed, and the last release's has done its work.
kubectl delete jobs --namespace dermis --selector 'dermis/step=migrate' --ignore-not-found --wait
kubectl apply -k "$overlay" --selector 'dermis/step=migrate'
kubectl wait jobs --namespace dermis --selector 'dermis/step=migrate' --for=condition=complete --timeout="$minutes"
kubectl apply -k "$overlay"
for workload in deployment/auth-service deployment/patient-service statefulset/torchserve deployment/gateway deployment/web; do
    kubectl rollout status "$workload" --namespace dermis --timeout="$minutes"
done
