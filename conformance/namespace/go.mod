module namespace

go 1.21
