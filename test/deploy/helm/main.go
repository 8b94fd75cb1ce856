// Command helm renders a chart as `helm template` does, as far as this project's chart goes: text/template with sprig's functions,
// include, toYaml, fromYaml, .Files (symbolic links followed), values merged in order. Helm itself is not to be had from Debian.
//
// Usage: helm CHART RELEASE NAMESPACE [VALUES…]; writes the objects to standard output, each after a `---` line and a
// `# Source:` comment, and NOTES.txt last, behind `--- NOTES`.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

// files is what templates see as .Files: the chart's files by their paths in it.
type files map[string][]byte

// Get answers with the content; like Helm's, an empty text when there is no such file.
func (f files) Get(name string) string { return string(f[name]) }

// Glob keeps the files whose paths match. As in Helm `*` stops at slashes.
func (f files) Glob(pattern string) files {
	found := files{}
	for name, content := range f {
		if matched, err := path.Match(pattern, name); err == nil && matched {
			found[name] = content
		}
	}
	return found
}

func main() {
	if len(os.Args) < 4 {
		exit(fmt.Errorf("usage: helm CHART RELEASE NAMESPACE [VALUES…]"))
	}
	if err := render(os.Args[1], os.Args[2], os.Args[3], os.Args[4:]); err != nil {
		exit(err)
	}
}

func exit(err error) {
	fmt.Fprintln(os.Stderr, "helm:", err)
	os.Exit(1)
}

func render(chart, release, namespace string, valueFiles []string) error {
	all, err := readChart(chart)
	if err != nil {
		return err
	}
	meta := struct {
		Name, Version, AppVersion, Description, Type, KubeVersion string
	}{}
	if err := yaml.Unmarshal(all["Chart.yaml"], &meta); err != nil {
		return fmt.Errorf("Chart.yaml: %w", err)
	}
	values, err := readValues(all["values.yaml"], valueFiles)
	if err != nil {
		return err
	}
	context := map[string]interface{}{
		"Values":  values,
		"Chart":   meta,
		"Release": map[string]interface{}{"Name": release, "Namespace": namespace, "Service": "Helm", "Revision": 1, "IsInstall": true, "IsUpgrade": false},
		"Files":   plainFiles(all),
	}
	root, names, err := parse(all)
	if err != nil {
		return err
	}
	for _, name := range names {
		// Rendered first and printed then, so that an error leaves no half object behind.
		var out bytes.Buffer
		if err := root.ExecuteTemplate(&out, name, context); err != nil {
			return err
		}
		// What Helm does where a value is missing: the template engine's word for it must not reach an object.
		text := strings.ReplaceAll(out.String(), "<no value>", "")
		switch {
		case path.Base(name) == "NOTES.txt":
			defer fmt.Printf("--- NOTES\n%s\n", strings.TrimSpace(text))
		case strings.TrimSpace(text) != "":
			fmt.Printf("---\n# Source: %s/%s\n%s\n", meta.Name, name, text)
		}
	}
	return nil
}

// readChart reads every file below the folder; symbolic links are followed, as Helm follows them.
func readChart(folder string) (files, error) {
	all := files{}
	return all, walk(folder, "", all)
}

func walk(folder, prefix string, all files) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		from, name := filepath.Join(folder, entry.Name()), path.Join(prefix, entry.Name())
		info, err := os.Stat(from)
		if err != nil {
			return err
		}
		if info.IsDir() {
			if err := walk(from, name, all); err != nil {
				return err
			}
			continue
		}
		if all[name], err = os.ReadFile(from); err != nil {
			return err
		}
	}
	return nil
}

// plainFiles leaves out what Helm keeps from .Files: templates and the chart's own description.
func plainFiles(all files) files {
	plain := files{}
	for name, content := range all {
		if !strings.HasPrefix(name, "templates/") && name != "Chart.yaml" && name != "values.yaml" && name != "values.schema.json" {
			plain[name] = content
		}
	}
	return plain
}

func readValues(defaults []byte, valueFiles []string) (map[string]interface{}, error) {
	values := map[string]interface{}{}
	if err := yaml.Unmarshal(defaults, &values); err != nil {
		return nil, fmt.Errorf("values.yaml: %w", err)
	}
	for _, name := range valueFiles {
		content, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		over := map[string]interface{}{}
		if err := yaml.UnmarshalStrict(content, &over); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		merge(values, over)
	}
	return values, nil
}

// merge puts `over` into `values`: maps are merged, all else is replaced, and null takes a key away.
func merge(values, over map[string]interface{}) {
	for key, value := range over {
		inner, isMap := value.(map[string]interface{})
		old, wasMap := values[key].(map[string]interface{})
		switch {
		case value == nil:
			delete(values, key)
		case isMap && wasMap:
			merge(old, inner)
		default:
			values[key] = value
		}
	}
}

// parse reads the templates; names are those to be rendered, in order.
func parse(all files) (*template.Template, []string, error) {
	root := template.New("chart").Option("missingkey=zero")
	functions := sprig.TxtFuncMap()
	// Helm takes these away: what is rendered must not depend on whose machine renders it.
	delete(functions, "env")
	delete(functions, "expandenv")
	functions["toYaml"] = func(value interface{}) string {
		text, err := yaml.Marshal(value)
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(string(text), "\n")
	}
	functions["fromYaml"] = func(text string) map[string]interface{} {
		value := map[string]interface{}{}
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			value["Error"] = err.Error()
		}
		return value
	}
	functions["include"] = func(name string, data interface{}) (string, error) {
		var out bytes.Buffer
		err := root.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	root.Funcs(functions)
	var names []string
	for name := range all {
		if !strings.HasPrefix(name, "templates/") {
			continue
		}
		names = append(names, name)
	}
	sort.Strings(names)
	var rendered []string
	for _, name := range names {
		if _, err := root.New(name).Parse(string(all[name])); err != nil {
			return nil, nil, err
		}
		if !strings.HasPrefix(path.Base(name), "_") {
			rendered = append(rendered, name)
		}
	}
	return root, rendered, nil
}
