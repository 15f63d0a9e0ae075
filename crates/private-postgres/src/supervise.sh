# Runs one PostgreSQL server and ends it when the program that started it is gone.
#
# Usage: sh -c "$(cat supervise.sh)" supervise FOLDER LOG COMMAND [ARGUMENT...]
# Standard input is a pipe whose only other end is held by the starting program.
#   A line on it      names the signal that ends the server; the folder is kept (the server may be started again).
#   Its end of file   ends the server at once (QUIT, an immediate shutdown) and removes the folder. The kernel
#                     closes the pipe when the starting program dies, however it dies.
# The script ends when the server ends.
folder=$1
log=$2
shift 2

exec 3<&0
"$@" </dev/null >>"$log" 2>&1 3<&- &
server=$!

{
    if read -r signal <&3; then
        kill -s "$signal" "$server"
    else
        : >"$folder/remove"
        kill -s QUIT "$server"
    fi
} 2>/dev/null &
watcher=$!

wait "$server"
status=$?
kill "$watcher" 2>/dev/null
if [ -e "$folder/remove" ]; then
    cd /
    rm -rf "$folder"
fi
exit "$status"
