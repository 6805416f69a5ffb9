module example.com/edge-metrics

go 1.21
