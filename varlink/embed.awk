# Turns the interface files into one C table: interfaces.c.
BEGIN {
	print "/* Made from the interface files. */"
	print "#include \"varlink/interfaces.h\"\n"
	print "const struct interface interfaces[] = {"
}
FNR == 1 {
	if (NR > 1)
		print "    },"
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.varlink$/, "", name)
	printf "    {\"%s\",\n", name
}
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	printf "\t\"%s\\n\"\n", $0
}
END {
	print "    },"
	print "};\n"
	print "const size_t interface_count = sizeof(interfaces) / sizeof(*interfaces);"
}
