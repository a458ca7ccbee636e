#!/bin/sh
# What stands behind the image: options of a run (--project nginx), a command of the suite (doctor, gate RUN), or a program.
case "${1:---}" in
  -h | --help | --version) ;;
  run) shift && set -- run -p no:cacheprovider "$@" ;;
  -*) set -- run -p no:cacheprovider "$@" ;;
  python* | pytest | sh | bash | */*) exec "$@" ;;
esac
exec python -P -m contracts "$@"
