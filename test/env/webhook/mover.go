package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"sigs.k8s.io/external-dns/endpoint"
	"sigs.k8s.io/external-dns/plan"
	"sigs.k8s.io/external-dns/provider"
)

// One round of ExternalDNS's controller without its registry and its planner: list, adjust, apply.
type mover struct{ provider provider.Provider }

// Takes {"names": […], "address": "…"}: each name gets the address, and is created if it isn't there. Answers with the milliseconds that the provider took.
func (m mover) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	var move struct {
		Names   []string `json:"names"`
		Address string   `json:"address"`
	}
	if err := json.NewDecoder(request.Body).Decode(&move); err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	started := time.Now()
	if err := m.move(request, move.Names, move.Address); err != nil {
		http.Error(response, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprintf(response, "%f", float64(time.Since(started).Microseconds())/1000)
}

func (m mover) move(request *http.Request, names []string, address string) error {
	listed, err := m.provider.Records(request.Context())
	if err != nil {
		return err
	}
	known := map[string]*endpoint.Endpoint{}
	for _, one := range listed {
		if one.RecordType == endpoint.RecordTypeA {
			known[one.DNSName] = one
		}
	}
	wanted := make([]*endpoint.Endpoint, 0, len(names))
	for _, name := range names {
		wanted = append(wanted, endpoint.NewEndpointWithTTL(name, endpoint.RecordTypeA, 60, address))
	}
	if wanted, err = m.provider.AdjustEndpoints(wanted); err != nil {
		return err
	}
	changes := &plan.Changes{}
	for _, one := range wanted {
		if before := known[one.DNSName]; before != nil {
			// the coredns provider keeps the key of a record in its labels
			one.Labels = before.Labels
			changes.UpdateOld = append(changes.UpdateOld, before)
			changes.UpdateNew = append(changes.UpdateNew, one)
		} else {
			changes.Create = append(changes.Create, one)
		}
	}
	return m.provider.ApplyChanges(request.Context(), changes)
}
