--- The version of this release: semantic versioning (CONTRIBUTING.md, "Releases").
return "1.0.0"
