// Serves one of ExternalDNS's own providers over its own webhook server: the real peer of the tests. With MOVES=yes it calls the provider itself, as ExternalDNS's
// controller does, and serves only the request for that: the peer of the benches.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"sigs.k8s.io/external-dns/endpoint"
	"sigs.k8s.io/external-dns/pkg/apis/externaldns"
	"sigs.k8s.io/external-dns/provider"
	"sigs.k8s.io/external-dns/provider/coredns"
	"sigs.k8s.io/external-dns/provider/inmemory"
	"sigs.k8s.io/external-dns/provider/pdns"
	"sigs.k8s.io/external-dns/provider/rfc2136"
	"sigs.k8s.io/external-dns/provider/webhook"
	"sigs.k8s.io/external-dns/provider/webhook/api"
)

type build func(context.Context, *externaldns.Config, *endpoint.DomainFilter) (provider.Provider, error)

// The settings come from the environment, so that no key is seen in a list of processes.
func main() {
	if len(os.Args) > 1 { // -v
		printVersion()
		return
	}
	name, zones := os.Getenv("PROVIDER"), strings.Split(os.Getenv("ZONES"), ",")
	port, _ := strconv.Atoi(os.Getenv("DNS_PORT"))
	minTTL, _ := time.ParseDuration(os.Getenv("MIN_TTL"))
	config := &externaldns.Config{
		InMemoryZones: zones,
		RFC2136Host:   []string{os.Getenv("DNS_HOST")}, RFC2136Port: port, RFC2136Zone: zones,
		RFC2136TSIGKeyName: os.Getenv("TSIG_NAME"), RFC2136TSIGSecret: os.Getenv("TSIG_SECRET"), RFC2136TSIGSecretAlg: "hmac-sha256",
		RFC2136AXFR: os.Getenv("AXFR") != "no", RFC2136MinTTL: minTTL, RFC2136BatchChangeSize: 50,
		PDNSServer: os.Getenv("PDNS_URL"), PDNSServerID: "localhost", PDNSAPIKey: os.Getenv("PDNS_API_KEY"),
		WebhookProviderURL: os.Getenv("WEBHOOK_URL"), WebhookProviderReadTimeout: time.Minute, WebhookProviderWriteTimeout: time.Minute,
		CoreDNSPrefix: "/skydns/", // ETCD_URLS is read by the provider itself
	}
	builds := map[string]build{"inmemory": inmemory.New, "rfc2136": rfc2136.New, "pdns": pdns.New, "coredns": coredns.New, "webhook": webhook.New}
	served, err := builds[name](context.Background(), config, endpoint.NewDomainFilter(zones))
	if err != nil {
		log.Fatal(err)
	}
	if os.Getenv("MOVES") == "yes" {
		log.Fatal(http.ListenAndServe(os.Getenv("LISTEN"), mover{served}))
	}
	api.StartHTTPApi(served, make(chan struct{}, 1), time.Minute, time.Minute, os.Getenv("LISTEN"))
}

func printVersion() {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == "sigs.k8s.io/external-dns" {
			fmt.Println(dependency.Version)
		}
	}
}
