# Settings of the scripts in this folder. Sourced, not run. The caller sets CLUSTER_DIR, CLUSTER_LINK, CLUSTER_NET and KUBE_BIN.
: "${CLUSTER_DIR:?the directory of all state}"
: "${CLUSTER_LINK:?the name of the network link to the node}"
: "${CLUSTER_NET:?the first two bytes of every address of the cluster, as 10.123}"
: "${KUBE_BIN:?the directory of the programs that test/env/install builds}"
CNI_BIN=/usr/lib/cni
NODE_NAME=node1
POD_CIDR=$CLUSTER_NET.0.0/24
SERVICE_CIDR=$CLUSTER_NET.128.0/24
SERVICE_IP=$CLUSTER_NET.128.1
DNS_IP=$CLUSTER_NET.128.10
HOST_IP=$CLUSTER_NET.255.1
NODE_IP=$CLUSTER_NET.255.2
PKI=$CLUSTER_DIR/pki
CONF=$CLUSTER_DIR/conf

die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }
