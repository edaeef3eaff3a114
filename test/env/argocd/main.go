// Compares desired and live objects as Argo CD does, with Argo CD's own engine. The argument is a file with the OpenAPI document of the API server (/openapi/v2). Each line of the
// standard input has two objects, {"config": …, "live": …}. Each line of the standard output has the differences of one, {"clientSide": …, "serverSide": …}: what a sync without and with
// the option ServerSideApply=true would show; null where there is none.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"runtime/debug"

	"github.com/argoproj/gitops-engine/pkg/diff"
	openapi "github.com/google/gnostic-models/openapiv2"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/kube-openapi/pkg/util/proto"
)

const (
	// The name of Argo CD's field manager.
	manager = "argocd-controller"
	// Bytes of one line.
	maxLine = 16 << 20
)

type pair struct {
	Config map[string]any `json:"config"`
	Live   map[string]any `json:"live"`
}

type difference struct {
	Predicted json.RawMessage `json:"predicted"`
	Live      json.RawMessage `json:"live"`
}

type differences struct {
	ClientSide *difference `json:"clientSide"`
	ServerSide *difference `json:"serverSide"`
}

func main() {
	log.SetFlags(0)
	if os.Args[1] == "-v" {
		printVersion()
		return
	}
	parser, err := parserOf(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	lines, out := bufio.NewScanner(os.Stdin), json.NewEncoder(os.Stdout)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		found, err := compare(lines.Bytes(), parser)
		if err != nil {
			log.Fatal(err)
		}
		if err := out.Encode(found); err != nil {
			log.Fatal(err)
		}
	}
	if err := lines.Err(); err != nil {
		log.Fatal(err)
	}
}

func compare(line []byte, parser *managedfields.GvkParser) (*differences, error) {
	var objects pair
	if err := json.Unmarshal(line, &objects); err != nil {
		return nil, err
	}
	client, err := diffOf(objects)
	if err != nil {
		return nil, err
	}
	server, err := diffOf(objects, diff.WithStructuredMergeDiff(true), diff.WithGVKParser(parser), diff.WithManager(manager))
	if err != nil {
		return nil, err
	}
	return &differences{ClientSide: client, ServerSide: server}, nil
}

func diffOf(objects pair, options ...diff.Option) (*difference, error) {
	config, live := &unstructured.Unstructured{Object: objects.Config}, &unstructured.Unstructured{Object: objects.Live}
	result, err := diff.Diff(config, live, options...)
	if err != nil {
		return nil, fmt.Errorf("%s %s/%s: %w", config.GetKind(), config.GetNamespace(), config.GetName(), err)
	}
	if !result.Modified {
		return nil, nil
	}
	return &difference{Predicted: result.PredictedLive, Live: result.NormalizedLive}, nil
}

func parserOf(path string) (*managedfields.GvkParser, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	document, err := openapi.ParseDocument(text)
	if err != nil {
		return nil, err
	}
	models, err := proto.NewOpenAPIData(document)
	if err != nil {
		return nil, err
	}
	return managedfields.NewGVKParser(models, false)
}

func printVersion() {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == "github.com/argoproj/gitops-engine" {
			fmt.Println(dependency.Version)
		}
	}
}
