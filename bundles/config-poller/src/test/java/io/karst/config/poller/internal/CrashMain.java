// SPDX-License-Identifier: Apache-2.0
// Copyright the Karst authors

package io.karst.config.poller.internal;

import io.karst.remoteconfig.Bytes;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.ConfigStatus;
import io.karst.remoteconfig.ConfigMessage.ConfigResponse.TargetFile;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The process that is killed: takes one stored answer and stops at one point. */
public final class CrashMain {

    private CrashMain() {}

    static void write(Path folder, ConfigResponse answer) throws IOException {
        List<Bytes> parts = new ArrayList<>();
        parts.add(answer.targets());
        for (TargetFile file : answer.targetFiles()) {
            parts.add(Bytes.utf8(file.path()));
            parts.add(file.raw());
        }
        Files.write(folder.resolve("answer"), CrashTest.join(parts).toArray());
    }

    private static ConfigResponse read(Path folder) throws IOException {
        List<Bytes> parts = Files.readAllLines(folder.resolve("answer")).stream()
                .map(Bytes::hex)
                .toList();
        List<TargetFile> files = new ArrayList<>();
        for (int i = 1; i < parts.size(); i += 2) {
            files.add(new TargetFile(parts.get(i).toUtf8(), parts.get(i + 1)));
        }
        return new ConfigResponse(
                List.of(),
                parts.get(0),
                files,
                files.stream().map(TargetFile::path).toList(),
                ConfigStatus.OK);
    }

    /**
     * Runs until killed.
     *
     * @param args folder and point
     * @throws Exception if anything goes wrong
     */
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Consumer<FaultPoint> stop =
                new CrashTest.StopAt(FaultPoint.valueOf(args[1]), point -> out.println("at " + point));
        World world = new World(folder);
        ConfigPollerStage poller = world.poller(
                new CrashTest.Replay(read(folder), stop),
                folder.resolve("root.json"),
                new CrashTest.StoppingFile(world.stateFile(), stop));
        poller.restore();
        world.audience(change -> stop.accept(FaultPoint.PUBLISHED));
        poller.poll();
        out.println("did not stop");
    }
}
