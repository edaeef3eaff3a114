/** A DnsZone with a zone file, and a DnsAlias in it, for commands at a real API server. */
export const SHOP_OBJECTS = `
apiVersion: dnsalias.io/v1alpha1
kind: DnsZone
metadata: {name: example-com, namespace: default}
spec:
  domain: example.com
  provider:
    coreDNS:
      zoneFile:
        baseZone:
          inline: |
            @ 300 IN SOA ns.example.net. hostmaster 1 7200 3600 1209600 300
            @ 300 IN NS ns.example.net.
---
apiVersion: dnsalias.io/v1alpha1
kind: DnsAlias
metadata: {name: shop, namespace: default}
spec: {hostnames: [example.com], targets: [{addresses: [192.0.2.7]}]}
`;
