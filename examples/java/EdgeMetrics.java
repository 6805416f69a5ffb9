import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * kubeedge-sim from Java, with nothing but the JDK: {@code java EdgeMetrics.java}. A suite of yours would have the JSON
 * library it has anyway; here a pattern or two will do.
 */
public final class EdgeMetrics {
  private static final String POD = "nginx-7848d4b86f-x2wqz";

  private final HttpClient client = HttpClient.newHttpClient();
  private final String control;

  private EdgeMetrics(String control) {
    this.control = control;
  }

  public static void main(String[] args) throws Exception {
    String command = System.getenv().getOrDefault("KUBEEDGE_SIM", "npx kubeedge-sim");
    List<String> words = new ArrayList<>(List.of(command.split(" ")));
    words.addAll(List.of("serve", "--port", "0"));
    Process server = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(server.getInputStream()))) {
      String line;
      do {
        line = lines.readLine();
        if (line == null) throw new IOException(words + " ended before it served");
      } while (!line.startsWith("control"));
      new EdgeMetrics(line.substring("control".length()).strip()).run();
    } finally {
      // npx stands before the server, so both are told.
      server.descendants().forEach(ProcessHandle::destroy);
      server.destroy();
      server.waitFor();
    }
  }

  private void run() throws Exception {
    String created = ask("POST", "/v1/worlds", "{\"edgecore\":\"v1.6.1\",\"docker\":\"18.09.1\"}");
    String world = "/v1/worlds/" + find(created, "\"id\":\"(\\w+)\"");

    String found = ask("POST", world + "/diagnose", null);
    expect("symptom", find(found, "\"outcome\":\"(\\w+)\""));
    expect("engine-refuses-cadvisor", find(found, "\"causes\":\\[\\{\"id\":\"([\\w-]+)\""));
    expect("1", exitCodeOfTop(world));

    ask("POST", world + "/act", "{\"action\":\"cure docker\"}");
    ask("POST", world + "/settle", null);
    expect("healthy", find(ask("POST", world + "/diagnose", null), "\"outcome\":\"(\\w+)\""));
    expect("0", exitCodeOfTop(world));

    ask("DELETE", world, null);
    System.out.println("OK");
  }

  private String exitCodeOfTop(String world) throws Exception {
    String answer = ask("POST", world + "/kubectl", "{\"args\":[\"top\",\"pod\",\"" + POD + "\"]}");
    return find(answer, "\"exitCode\":(\\d+)");
  }

  /** @throws IOException with the server's words unless the answer is a 2xx */
  private String ask(String method, String path, String json) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(control + path));
    if (json == null) {
      request.method(method, BodyPublishers.noBody());
    } else {
      request.header("content-type", "application/json").method(method, BodyPublishers.ofString(json));
    }
    var answer = client.send(request.build(), BodyHandlers.ofString());
    if (answer.statusCode() >= 300) throw new IOException(method + " " + path + ": " + answer.body());
    return answer.body();
  }

  private static String find(String json, String pattern) {
    var matcher = Pattern.compile(pattern).matcher(json);
    if (!matcher.find()) throw new AssertionError("Looked for " + pattern + " in " + json);
    return matcher.group(1);
  }

  private static void expect(String wanted, String found) {
    if (!wanted.equals(found)) throw new AssertionError("expected " + wanted + ", found " + found);
  }
}
