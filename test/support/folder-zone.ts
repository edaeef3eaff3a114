/** The manifest of a DnsZone for folder mode, which takes aliases of all namespaces. */
export const FOLDER_ZONE = `apiVersion: dnsalias.io/v1alpha1
kind: DnsZone
metadata: {name: zone, namespace: dns}
spec:
  domain: example.com
  allowedNamespaces: {from: All}
  provider:
    coreDNS:
      zoneFile:
        baseZone:
          inline: |
            @ 3600 IN SOA ns1 h 7 7200 900 1209600 300
            @ 3600 IN NS ns1
            ns1 3600 IN A 192.0.2.53
`;
